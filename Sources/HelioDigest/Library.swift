import CLibcrypto

/// Where digests come from: the provider that is built into OpenSSL, in a context that reads no `openssl.cnf`. Both sides of a comparison
/// know the one algorithm, so that there is nothing to configure, and a configuration that leaves it out must not keep a node from starting.
enum Library {
    /// Made once, never changed, and for the life of the process.
    nonisolated(unsafe) static let context: OpaquePointer = {
        guard let context = OSSL_LIB_CTX_new() else { preconditionFailure("no memory for OpenSSL") }
        return context
    }()
}
