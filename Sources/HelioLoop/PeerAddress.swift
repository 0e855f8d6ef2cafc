import CLibevent
import Glibc

/// Who is at the other end, kept as bytes: text is made only for those who ask.
public struct PeerAddress: Sendable {
    private let storage: sockaddr_in6
    private let family: Int32

    init(_ storage: sockaddr_in6) {
        self.storage = storage
        family = Int32(storage.sin6_family)
    }

    /// The numeric address without its port; nil for a Unix socket.
    public var host: String? {
        switch family {
        case AF_INET: text(offset: MemoryLayout<sockaddr_in>.offset(of: \.sin_addr))
        case AF_INET6: text(offset: MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr))
        default: nil
        }
    }

    /// In host byte order; 0 for a Unix socket.
    var port: UInt16 { family == AF_UNIX ? 0 : UInt16(bigEndian: storage.sin6_port) }

    private func text(offset: Int?) -> String? {
        guard let offset else { return nil }
        return withUnsafeBytes(of: storage) { raw in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
                guard let start = raw.baseAddress, let out = buffer.baseAddress,
                    inet_ntop(family, start + offset, out, socklen_t(buffer.count)) != nil
                else { return nil }
                return String(cString: out)
            }
        }
    }
}
