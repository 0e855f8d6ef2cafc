public import HelioNode

/// What became of branches and tags, as bytes: version, object format, count, then for each its name and both raw ids.
public enum RefChangesCodec {
    private static let version: UInt8 = 1

    /// - Precondition: the ids are of one format.
    public static func encode(_ changes: [RefChange]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: version)
        writer.append(byte: changes.first?.to.format == .sha256 ? 1 : 0)
        writer.append(number: changes.count)
        for change in changes {
            writer.append(counted: change.name.bytes.bytes)
            writer.append { change.from.appendRaw(to: &$0) }
            writer.append { change.to.appendRaw(to: &$0) }
        }
        return writer.bytes
    }

    /// - Returns: nil for anything that `encode` does not write: it may come from another node.
    public static func decode(_ bytes: [UInt8]) -> [RefChange]? {
        var reader = ByteReader(bytes)
        // Why it cannot be read does not matter: what is not known is told as a snapshot.
        return try? decode(&reader)
    }

    private static func decode(_ reader: inout ByteReader) throws(ChangeCodecError) -> [RefChange] {
        guard try reader.byte() == version else { throw .unknownVersion }
        let format: ObjectFormat = try reader.byte() == 0 ? .sha1 : .sha256
        let size = format.digits / 2
        let count = try reader.number()
        guard count <= reader.remaining / (1 + 2 * size) else { throw .numberTooLarge }
        var changes: [RefChange] = []
        changes.reserveCapacity(count)
        for _ in 0..<count {
            let name = RefName(ByteString(Array(try reader.counted())))
            guard let from = ObjectID(raw: try reader.take(size)), let to = ObjectID(raw: try reader.take(size)) else { throw .truncated }
            changes.append(RefChange(name: name, from: from, to: to))
        }
        guard reader.remaining == 0 else { throw .trailingBytes }
        return changes
    }
}
