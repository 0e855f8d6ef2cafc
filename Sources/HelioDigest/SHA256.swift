import CLibcrypto

/// SHA-256 (FIPS 180-4, section 6.2), by OpenSSL: of a text, or of one that comes in pieces. 32 bytes.
public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
        self.context = context
        Algorithm.sha256.start(context)
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ text: [UInt8]) {
        let code = EVP_DigestUpdate(context, text, text.count)
        precondition(code == 1, "a digest that was started takes text")
    }

    /// What the pieces come to.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Algorithm.sha256.bytes) { raw, count in
            let code = EVP_DigestFinal_ex(context, raw.baseAddress, nil)
            precondition(code == 1, "a digest that was started can be finished")
            count = Algorithm.sha256.bytes
        }
    }

    public static func of(_ text: [UInt8]) -> [UInt8] { Algorithm.sha256.digest(of: text) }
}
