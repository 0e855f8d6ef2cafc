/// What an `Authorization` header shows.
enum Credentials {
    /// What follows `Bearer`.
    static func bearer(_ header: String) -> [UInt8]? { value(of: header, scheme: "bearer ") }

    /// What follows the first colon of `Basic` credentials; the user's name before it is not looked at.
    static func password(_ header: String) -> [UInt8]? {
        guard let pair = value(of: header, scheme: "basic ").flatMap(Base64.decode), let colon = pair.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        return Array(pair[(colon + 1)...])
    }

    /// - Parameter scheme: in lower case, with its space; any case is taken (RFC 9110 section 11.1).
    private static func value(of header: String, scheme: String) -> [UInt8]? {
        let bytes = Array(header.utf8)
        let scheme = Array(scheme.utf8)
        guard bytes.count > scheme.count, zip(bytes, scheme).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        return Array(bytes.dropFirst(scheme.count).drop { $0 == 0x20 })
    }
}
