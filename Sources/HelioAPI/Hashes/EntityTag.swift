import HelioNode

/// Names a representation: the same tag, the same bytes. Strong (RFC 9110 section 8.8.3).
struct EntityTag: Sendable, Equatable {
    /// Without quotes.
    let opaque: String

    init(boot: String, revision: UInt64, _ variant: HashVariant, project: ProjectID?) {
        opaque = "\(boot)-\(revision)-\(variant.rawValue)" + (project.map { "-\($0.value)" } ?? "")
    }

    var header: String { "\"\(opaque)\"" }

    /// Whether `If-None-Match` names it: `*`, or a list whose members are compared weakly (RFC 9110 section 13.1.2). What is
    /// malformed matches nothing from there on, which costs a body and never withholds one.
    func isNamed(by condition: String) -> Bool {
        var rest = Array(condition.utf8)[...]
        Self.skipSpaces(&rest)
        if rest.first == UInt8(ascii: "*") { return rest.dropFirst().allSatisfy { Self.isSpace($0) } }
        while let tag = Self.nextTag(&rest) {
            if tag.elementsEqual(opaque.utf8) { return true }
        }
        return false
    }

    private static func nextTag(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        rest = rest.drop { isSpace($0) || $0 == UInt8(ascii: ",") }
        if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    private static func skipSpaces(_ rest: inout ArraySlice<UInt8>) { rest = rest.drop { isSpace($0) } }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
