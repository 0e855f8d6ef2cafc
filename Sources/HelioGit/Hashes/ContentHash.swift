import HelioDigest
public import HelioNode

/// What anyone can check: one line `<oid> <refname>` for each ref, sorted bytewise by name, then `HEAD <target>`, hashed by SHA-256.
public enum ContentHash {
    public static func of(_ snapshot: RefSnapshot) -> MirrorHash {
        var hash = SHA256()
        var lines: [UInt8] = []
        lines.reserveCapacity(flushAt + 512)
        for ref in snapshot.refs {
            append(ref, to: &lines)
            if lines.count >= flushAt {
                hash.update(lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        append(snapshot.head, to: &lines)
        hash.update(lines)
        return .known(Digest(raw: hash.finish()))
    }

    /// Bounds the memory for a repository of a million refs.
    private static let flushAt = 64 * 1024

    private static func append(_ ref: Ref, to lines: inout [UInt8]) {
        ref.target.appendHex(to: &lines)
        lines.append(0x20)
        lines.append(contentsOf: ref.name.bytes.bytes)
        lines.append(0x0A)
    }

    private static func append(_ head: Head, to lines: inout [UInt8]) {
        lines.append(contentsOf: "HEAD ".utf8)
        switch head {
        case .symbolic(let name): lines.append(contentsOf: name.bytes.bytes)
        case .detached(let target): target.appendHex(to: &lines)
        }
        lines.append(0x0A)
    }
}
