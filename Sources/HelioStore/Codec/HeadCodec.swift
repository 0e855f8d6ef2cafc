import HelioNode

/// HEAD as bytes: a tag, then the name of a ref or a raw object id.
enum HeadCodec {
    static func encode(_ head: Head) -> [UInt8] {
        var writer = ByteWriter()
        encode(head, to: &writer)
        return writer.bytes
    }

    static func encode(_ head: Head, to writer: inout ByteWriter) {
        switch head {
        case .symbolic(let name):
            writer.append(byte: 0)
            writer.append(counted: name.bytes.bytes)
        case .detached(let id):
            var raw: [UInt8] = []
            id.appendRaw(to: &raw)
            writer.append(byte: 1)
            writer.append(counted: raw)
        }
    }

    static func decode(_ bytes: [UInt8]) throws(ChangeCodecError) -> Head {
        var reader = ByteReader(bytes)
        let head = try decode(&reader)
        guard reader.remaining == 0 else { throw .trailingBytes }
        return head
    }

    static func decode(_ reader: inout ByteReader) throws(ChangeCodecError) -> Head {
        switch try reader.byte() {
        case 0: return .symbolic(RefName(ByteString(try reader.counted())))
        case 1:
            guard let id = ObjectID(raw: try reader.counted()) else { throw .truncated }
            return .detached(id)
        default: throw .unknownTag
        }
    }
}
