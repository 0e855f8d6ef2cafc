/// SHA-1 (FIPS 180-4, section 6.1), by OpenSSL, for ids that follow from a name (RFC 9562, section 5.5). Nothing may rest on its being
/// hard to forge. 20 bytes.
public enum SHA1 {
    public static func of(_ text: [UInt8]) -> [UInt8] { Algorithm.sha1.digest(of: text) }
}
