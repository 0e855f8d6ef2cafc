/// Where a server listens, and is connected to.
public enum ListenAddress: Hashable, Sendable {
    /// A numeric IPv4 or IPv6 address (without brackets) or `localhost`, which is 127.0.0.1. Port 0 lets the kernel choose.
    /// An IPv6 address takes IPv6 connections only, so that `::` and `0.0.0.0` can stand side by side.
    case tcp(host: String, port: UInt16)
    /// A path of at most 107 bytes. The socket's mode is 0600 when it is ours.
    case unix(path: String)
}

extension ListenAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
