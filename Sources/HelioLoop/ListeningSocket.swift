import CLibevent
import Glibc

/// Makes bound, listening, non-blocking sockets. What is set here is inherited by every accepted connection.
enum ListeningSocket {
    /// What Linux caps it at, `net.core.somaxconn`, since 5.4. A connection that does not fit tries again after a second.
    static let backlog: Int32 = 4096
    /// Seconds for which the kernel keeps a connection that has said nothing yet to itself, where the peer speaks first: the first read of
    /// nearly every connection then finds its request, and no poll is needed before it.
    static let deferAcceptSeconds: Int32 = 1

    static func open(_ address: ListenAddress, peerSpeaksFirst: Bool) throws(LoopError) -> (descriptor: Int32, bound: ListenAddress) {
        switch address {
        case .unix(let path): return (try UnixSocketFile.listen(path), address)
        case .tcp(let host, let port):
            let descriptor = try openTCP(host: host == "localhost" ? "127.0.0.1" : host, port: port, peerSpeaksFirst: peerSpeaksFirst)
            return (descriptor, .tcp(host: host, port: try boundPort(descriptor)))
        }
    }

    /// Makes one that was opened by another process, and listens already, like those that are opened here.
    static func adopt(_ descriptor: Int32, peerSpeaksFirst: Bool) throws(LoopError) -> ListenAddress {
        var (isListening, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening == 1 else {
            throw .notListening(descriptor)
        }
        var address = sockaddr_in6()
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        let family = Int32(address.sin6_family)
        guard result == 0, family == AF_INET || family == AF_INET6 else { throw .notListening(descriptor) }
        guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw .system(call: "fcntl", code: errno)
        }
        try configure(descriptor, peerSpeaksFirst: peerSpeaksFirst)
        let bound = PeerAddress(address)
        return .tcp(host: bound.host ?? "", port: bound.port)
    }

    private static func openTCP(host: String, port: UInt16, peerSpeaksFirst: Bool) throws(LoopError) -> Int32 {
        var (address, length) = try parse(host: host, port: port)
        let descriptor = try openStream(family: Int32(address.sin6_family))
        do {
            try prepare(descriptor, isIPv6: Int32(address.sin6_family) == AF_INET6)
            try configure(descriptor, peerSpeaksFirst: peerSpeaksFirst)
            try bind(descriptor, &address, length, name: ListenAddress.tcp(host: host, port: port).description)
            try startListening(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    static func openStream(family: Int32) throws(LoopError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        return descriptor
    }

    static func startListening(_ descriptor: Int32) throws(LoopError) {
        guard listen(descriptor, backlog) == 0 else { throw .system(call: "listen", code: errno) }
    }

    /// No SO_REUSEPORT: a second process on the same port must fail, not share it.
    private static func prepare(_ descriptor: Int32, isIPv6: Bool) throws(LoopError) {
        try setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if isIPv6 { try setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    }

    /// Sets each option either way: a socket that outlives its process keeps what it was set to.
    private static func configure(_ descriptor: Int32, peerSpeaksFirst: Bool) throws(LoopError) {
        try setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        try setOption(descriptor, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, peerSpeaksFirst ? deferAcceptSeconds : 0)
    }

    private static func bind(
        _ descriptor: Int32, _ address: inout sockaddr_in6, _ length: socklen_t, name: String
    ) throws(LoopError) {
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw errno == EADDRINUSE ? .inUse(name) : .system(call: "bind", code: errno) }
    }

    private static func boundPort(_ descriptor: Int32) throws(LoopError) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw .system(call: "getsockname", code: errno) }
        return PeerAddress(address).port
    }

    /// `sockaddr_in6` is the larger of the two, and both keep the port at the same place.
    static func parse(host: String, port: UInt16) throws(LoopError) -> (sockaddr_in6, socklen_t) {
        var six = sockaddr_in6()
        six.sin6_port = port.bigEndian
        if inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            return (six, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
        var four = in_addr()
        guard inet_pton(AF_INET, host, &four) == 1 else { throw .badHost(host) }
        six.sin6_family = sa_family_t(AF_INET)
        six.sin6_flowinfo = four.s_addr
        return (six, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
}
