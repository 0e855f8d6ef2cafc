import HelioNode

/// A prepared change as bytes: version, kind, name, then the old refs (when there are any) and the new.
///
/// A hundred thousand refs are written on every change of a large repository, so each name stores only what differs from the
/// one before, and ids are raw.
enum ChangeCodec {
    private static let version: UInt8 = 1
    /// Well below SQLite's limit of 10⁹ bytes for a value, beyond which binding it would trap.
    static let limit = 512 << 20

    static func encode(_ change: PreparedChange, limit: Int = limit) throws(ChangeCodecError) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: version)
        writer.append(byte: change.kind == .incremental ? 0 : 1)
        writer.append(counted: change.name.path.bytes)
        writer.append(byte: change.old == nil ? 0 : 1)
        if let old = change.old { try SnapshotCodec.encode(old, to: &writer) }
        try SnapshotCodec.encode(change.new, to: &writer)
        guard writer.bytes.count <= limit else { throw .tooLarge }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8], repository: RepositoryID) throws(ChangeCodecError) -> PreparedChange {
        var reader = ByteReader(bytes)
        guard try reader.byte() == version else { throw .unknownVersion }
        let kind: SyncKind = try flag(&reader) ? .snapshot : .incremental
        guard let name = try? RepositoryName(ByteString(reader.counted())) else { throw .badName }  // the why does not matter
        let old = try flag(&reader) ? try SnapshotCodec.decode(&reader) : nil
        let new = try SnapshotCodec.decode(&reader)
        guard reader.remaining == 0 else { throw .trailingBytes }
        return PreparedChange(repository: repository, name: name, kind: kind, old: old, new: new)
    }

    private static func flag(_ reader: inout ByteReader) throws(ChangeCodecError) -> Bool {
        switch try reader.byte() {
        case 0: return false
        case 1: return true
        default: throw .unknownTag
        }
    }
}
