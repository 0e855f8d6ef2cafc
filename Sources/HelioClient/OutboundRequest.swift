/// A POST.
public struct OutboundRequest: Sendable {
    let url: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    let addresses: AddressPolicy
    let caFile: String?

    /// - Parameters:
    ///   - url: absolute; see `check`.
    ///   - headers: besides `Host` and `Content-Length`. A line break or a zero byte in one fails the request.
    ///   - addresses: asked for each address that a connection is made to, or kept to.
    ///   - caFile: a PEM file whose certificates are trusted instead of the system's.
    public init(url: String, headers: [(name: String, value: String)], body: [UInt8], addresses: AddressPolicy, caFile: String? = nil) {
        self.url = url
        self.headers = headers
        self.body = body
        self.addresses = addresses
        self.caFile = caFile
    }

    /// What a request cannot be sent to is refused where it is written, in the configuration.
    /// - Throws: `badURL` unless `url` is `http` or `https`, names a host, and has neither user, password nor fragment.
    public static func check(_ url: String) throws(DeliveryFailure) {
        guard url.utf8.count <= 2048 else { throw .badURL("has more than 2048 bytes") }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw .badURL("holds a space, a backslash or a control character")
        }
        // By bytes: a slash with a combining mark on it is another character, and still a slash to libcurl, which passes over a third one.
        let start = url.utf8.prefix(8).map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        guard let scheme = ["http://", "https://"].first(where: { start.starts(with: $0.utf8) }) else {
            throw .badURL("does not start with http:// or https://")
        }
        guard url.utf8.dropFirst(scheme.utf8.count).first != UInt8(ascii: "/") else { throw .badURL("names no host") }
        try CurlURL.check(url)
    }

    /// - Throws: `badHeader` with the name, made printable.
    static func line(_ header: (name: String, value: String)) throws(DeliveryFailure) -> String {
        let isToken = !header.name.isEmpty && header.name.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ":") }
        guard isToken, header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }) else {
            throw .badHeader(header.name.debugDescription)
        }
        // libcurl takes "Name:" for "leave this header out", and "Name;" for an empty one.
        return header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
    }
}
