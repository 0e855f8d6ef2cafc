/// What the loop and its sockets can fail with.
public enum LoopError: Error, Hashable, Sendable {
    /// A system call failed; `code` is its `errno`.
    case system(call: String, code: Int32)
    /// libevent could not make the named object: out of memory or out of descriptors.
    case cannotCreate(String)
    /// Not a numeric IPv4 or IPv6 address, nor `localhost`.
    case badHost(String)
    /// Longer than the 107 bytes that a Unix socket's address holds, or empty.
    case badSocketPath(String)
    /// Something listens there already.
    case inUse(String)
    /// A file that is not a socket stands where the Unix socket should be.
    case notASocket(String)
    /// A descriptor that was handed over is no TCP socket that listens.
    case notListening(Int32)
}

extension LoopError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .system(let call, let code): "\(call) failed: \(describe(errno: code))"
        case .cannotCreate(let what): "cannot create \(what)"
        case .badHost(let host): "\(host) is not a numeric address"
        case .badSocketPath(let path): "\(path) cannot be the path of a Unix socket: it must have 1 to 107 bytes"
        case .inUse(let address): "\(address) is in use"
        case .notASocket(let path): "\(path) exists and is not a socket"
        case .notListening(let descriptor): "descriptor \(descriptor) is not a TCP socket that listens"
        }
    }
}
