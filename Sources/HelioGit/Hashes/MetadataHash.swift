import HelioDigest
public import HelioNode

/// What anyone can check: SHA-256 of the canonical JSON of a repository and its project.
public enum MetadataHash {
    public static func of(_ repository: Repository) -> MirrorHash {
        .known(Digest(raw: SHA256.of(canonicalJSON(of: repository))))
    }

    /// Keys sorted, no spaces, UTF-8, `/` not escaped, absent values null.
    public static func canonicalJSON(of repository: Repository) -> [UInt8] {
        var json = CanonicalJSON()
        json.raw("{\"project\":{\"id\":\(repository.project.id.value),\"key\":")
        json.string(repository.project.key.description)
        json.raw(",\"name\":")
        json.string(repository.project.name)
        json.raw(",\"public\":\(repository.project.isPublic)},\"repository\":{\"defaultBranch\":")
        json.string(repository.defaultBranch?.description)
        json.raw(",\"description\":")
        json.string(repository.description)
        json.raw(",\"id\":\(repository.id.value),\"name\":")
        json.string(repository.displayName)
        json.raw(",\"public\":\(repository.isPublic),\"slug\":")
        json.string(repository.name.slug.description)
        json.raw("}}")
        return json.bytes
    }
}

/// Strings escaped as little as JSON allows (RFC 8785, section 3.2.2.2), so that every writer makes the same bytes.
private struct CanonicalJSON {
    private(set) var bytes: [UInt8] = []

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func string(_ text: String?) {
        guard let text else { return raw("null") }
        bytes.append(0x22)
        for byte in text.utf8 { escape(byte) }
        bytes.append(0x22)
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22: raw("\\\"")
        case 0x5C: raw("\\\\")
        case 0x08: raw("\\b")
        case 0x09: raw("\\t")
        case 0x0A: raw("\\n")
        case 0x0C: raw("\\f")
        case 0x0D: raw("\\r")
        case 0..<0x20: raw(byte < 0x10 ? "\\u000" : "\\u00"); raw(String(byte, radix: 16))
        default: bytes.append(byte)
        }
    }
}
