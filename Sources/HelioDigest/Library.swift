import CLibcrypto

/// Where digests come from: OpenSSL's providers as they are built in, whatever the machine's `openssl.cnf` says. Both sides of a comparison
/// know the one algorithm, so that there is nothing to configure, and a configuration that leaves it out must not keep a node from starting.
enum Library {
    /// Made once, never changed, and for the life of the process.
    nonisolated(unsafe) static let context: OpaquePointer = {
        guard let context = OSSL_LIB_CTX_new() else { preconditionFailure("no memory for OpenSSL") }
        return context
    }()
}
