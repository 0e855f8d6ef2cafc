/// Where clients find a repository, from a template with `{project}` and `{repository}`.
public struct CloneURL: Sendable, Equatable {
    /// The scheme, with `http` for `https` too, as clients of the original expect.
    public let name: String
    public let href: String

    public init(template: String, repository: RepositoryName) {
        let scheme = template.utf8.prefix { $0 != UInt8(ascii: ":") }
        name = scheme.elementsEqual("https".utf8) ? "http" : String(decoding: scheme, as: UTF8.self)
        href = Self.fill(template, ["{project}": repository.project, "{repository}": repository.slug])
    }

    /// In one pass: what a value holds is never taken for a variable.
    private static func fill(_ template: String, _ values: [String: ByteString]) -> String {
        var filled: [UInt8] = []
        var rest = Array(template.utf8)[...]
        while let byte = rest.first {
            if let (variable, value) = values.first(where: { rest.starts(with: $0.key.utf8) }) {
                filled.append(contentsOf: escape(value))
                rest = rest.dropFirst(variable.utf8.count)
            } else {
                filled.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: filled, as: UTF8.self)
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3 and the slashes between segments.
    private static func escape(_ value: ByteString) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        return value.bytes.flatMap { kept.contains($0) ? [$0] : [0x25, digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
    }
}
