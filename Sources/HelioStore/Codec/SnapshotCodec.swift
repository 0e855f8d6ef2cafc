import HelioNode

/// Object format, HEAD, the number of refs, then for each: bytes shared with the name before, the rest of the name, raw id.
enum SnapshotCodec {
    static func encode(_ snapshot: RefSnapshot, to writer: inout ByteWriter) throws(ChangeCodecError) {
        writer.append(byte: snapshot.format == .sha1 ? 0 : 1)
        HeadCodec.encode(snapshot.head, to: &writer)
        writer.append(number: snapshot.refs.count)
        var previous: [UInt8] = []
        for ref in snapshot.refs {
            guard ref.target.format == snapshot.format else { throw .mixedFormats }
            let name = ref.name.bytes.bytes
            let shared = commonPrefix(previous, name)
            writer.append(number: shared)
            writer.append(counted: name[shared...])
            writer.append { ref.target.appendRaw(to: &$0) }
            previous = name
        }
    }

    static func decode(_ reader: inout ByteReader) throws(ChangeCodecError) -> RefSnapshot {
        let format = try ObjectFormat(tag: reader.byte())
        let head = try HeadCodec.decode(&reader)
        let count = try reader.number()
        // Each ref takes two bytes and an id at least: no count can make us reserve more than the blob is worth.
        guard count <= reader.remaining / (2 + format.digits / 2) else { throw .numberTooLarge }
        var refs: [Ref] = []
        refs.reserveCapacity(count)
        var previous: [UInt8] = []
        for _ in 0..<count {
            let name = try self.name(after: previous, &reader)
            guard refs.isEmpty || previous.lexicographicallyPrecedes(name) else { throw .unsortedRefs }
            guard let target = try ObjectID(raw: reader.take(format.digits / 2)) else { throw .truncated }
            refs.append(Ref(name: RefName(ByteString(name)), target: target))
            previous = name
        }
        return RefSnapshot(format: format, refs: refs, head: head)
    }

    private static func name(after previous: [UInt8], _ reader: inout ByteReader) throws(ChangeCodecError) -> [UInt8] {
        let shared = try reader.number()
        guard shared <= previous.count else { throw .truncated }
        return Array(previous[..<shared]) + (try reader.counted())
    }

    private static func commonPrefix(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var count = 0
        let limit = min(left.count, right.count)
        while count < limit, left[count] == right[count] { count += 1 }
        return count
    }
}

extension ObjectFormat {
    fileprivate init(tag: UInt8) throws(ChangeCodecError) {
        switch tag {
        case 0: self = .sha1
        case 1: self = .sha256
        default: throw .unknownTag
        }
    }
}
