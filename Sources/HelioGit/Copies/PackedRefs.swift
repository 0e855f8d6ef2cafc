import HelioNode

/// The file in which git keeps many refs (gitrepository-layout(5), refs/packed-backend.c).
enum PackedRefs {
    /// git's own header for a file whose lines are in order. Peeled tags are left out of what we write, which the header does not
    /// promise; git then looks them up.
    static let header = Array("# pack-refs with: sorted \n".utf8)

    static func path(_ repository: String) -> String { repository + "/packed-refs" }

    /// - Precondition: `refs` are sorted bytewise, and the repository has no other refs.
    static func write(_ refs: [Ref], _ repository: String) throws(Failure) {
        guard !refs.isEmpty else { return }
        var bytes = header
        for ref in refs { append(ref.name, ref.target, to: &bytes) }
        try Files.write(path(repository), bytes, mode: 0o640)
    }

    static func append(_ name: RefName, _ target: ObjectID, to bytes: inout [UInt8]) {
        target.appendHex(to: &bytes)
        bytes.append(0x20)
        bytes.append(contentsOf: name.bytes.bytes)
        bytes.append(0x0A)
    }
}
