import CLibcrypto

/// HMAC with SHA-256 (RFC 2104), by OpenSSL. 32 bytes.
public enum HMAC {
    public static func sha256(of text: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Algorithm.sha256.bytes) { raw, count in
            let code = EVP_Q_mac(
                Library.context, "HMAC", nil, "SHA2-256", nil, key, key.count, text, text.count, raw.baseAddress, raw.count, &count)
            precondition(code != nil, "no memory for a code of authentication")
        }
    }
}
