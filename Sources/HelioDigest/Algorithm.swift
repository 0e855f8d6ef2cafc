import CLibcrypto

/// A digest that OpenSSL computes.
struct Algorithm: @unchecked Sendable {  // an `EVP_MD` that was fetched does not change
    static let sha1 = Algorithm("SHA1", bytes: 20)
    static let sha256 = Algorithm("SHA2-256", bytes: 32)

    let bytes: Int
    private let pointer: OpaquePointer

    /// Fetched once: to be looked up by its name takes longer than a short text (`crypto(7)`, "Performance").
    private init(_ name: String, bytes: Int) {
        guard let pointer = EVP_MD_fetch(Library.context, name, nil) else { preconditionFailure("OpenSSL has no \(name)") }
        precondition(EVP_MD_get_size(pointer) == Int32(bytes), "\(name) has \(bytes) bytes")
        self.pointer = pointer
        self.bytes = bytes
    }

    func start(_ context: OpaquePointer) {
        let code = EVP_DigestInit_ex2(context, pointer, nil)
        precondition(code == 1, "a digest that was fetched can be started")
    }

    func digest(of text: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes) { raw, count in
            let code = EVP_Digest(text, text.count, raw.baseAddress, nil, pointer, nil)
            precondition(code == 1, "no memory for a digest")
            count = bytes
        }
    }
}
