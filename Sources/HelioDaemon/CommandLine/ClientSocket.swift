internal import Glibc
internal import HelioLoop

/// A connected socket whose every step ends at a deadline. It blocks the calling thread.
struct ClientSocket: ~Copyable {
    enum Trouble: Error {
        case timeout
        case failed(String)
        /// The peer talks, but not as we need it.
        case badAnswer(String)
    }

    private let descriptor: Int32
    private let session: TLSSession?
    /// May be moved while the peer gets on.
    var deadline: ContinuousClock.Instant

    /// - Parameter authoritiesFile: whose certificates are believed under TLS, instead of those of the system's authorities.
    init(to address: NodeAddress, authoritiesFile: String? = nil, deadline: ContinuousClock.Instant) throws(Trouble) {
        let connected: Int32
        var secured: TLSSession?
        switch address {
        case .socket(let path): connected = try Self.connect(unix: path, deadline)
        case .tcp(let host, let port, let isSecure):
            connected = try Self.connect(host: host, port: port, deadline)
            if isSecure { secured = try Self.secure(connected, host, authoritiesFile) }
        }
        self.deadline = deadline
        descriptor = connected
        session = secured
    }

    /// Closes the descriptor when it fails.
    private static func secure(_ descriptor: Int32, _ host: String, _ authoritiesFile: String?) throws(Trouble) -> TLSSession {
        do throws(TLSError) {
            return try TLSSession(connecting: TLSContext(authoritiesFile: authoritiesFile), to: host, descriptor: descriptor)
        } catch {
            close(descriptor)
            throw .failed(error.description)
        }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws(Trouble) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let transfer = rest.withUnsafeBytes { session?.write($0) ?? plain.write($0) }
            if case .moved(let count) = transfer { rest = rest.dropFirst(count) } else {
                try resume(transfer, session?.writeNeed ?? .writable)
            }
        }
    }

    /// - Returns: at least one byte, or nothing at the end of the connection.
    func read() throws(Trouble) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let transfer = buffer.withUnsafeMutableBytes { session?.read(into: $0) ?? plain.read(into: $0) }
            switch transfer {
            case .moved(let count): return Array(buffer[..<count])
            case .ended: return []
            case .wouldBlock, .failed: try resume(transfer, session?.readNeed ?? .readable)
            }
        }
    }

    private var plain: PlainTransport { PlainTransport(descriptor: descriptor) }

    /// Waits when nothing moved only because it would have blocked.
    private func resume(_ transfer: Transfer, _ need: TLSSession.Need) throws(Trouble) {
        if case .failed(let code) = transfer { throw .failed(session?.failure ?? Self.reason(code)) }
        try Self.wait(descriptor, Int16(need == .readable ? POLLIN : POLLOUT), deadline)
    }

    // MARK: Connecting

    private static func connect(unix path: String, _ deadline: ContinuousClock.Instant) throws(Trouble) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else { throw .failed("the path is longer than \(capacity - 1) bytes") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return try withUnsafePointer(to: &address) { pointer throws(Trouble) in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic throws(Trouble) in
                try connect(AF_UNIX, generic, socklen_t(MemoryLayout<sockaddr_un>.size), deadline)
            }
        }
    }

    /// Tries each address of the name in turn, and gives each an equal share of the time that is left: one that is silent must not use up that
    /// of the others. The resolver has time limits of its own, longer than ours: see `NodeClient.all`.
    private static func connect(host: String, port: UInt16, _ deadline: ContinuousClock.Instant) throws(Trouble) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { throw .failed(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var last = Trouble.failed("the name has no address")
        let candidates = Array(sequence(first: list, next: { $0?.pointee.ai_next }).compactMap { $0?.pointee })
        for (index, info) in candidates.enumerated() {
            guard let address = info.ai_addr else { continue }
            let share = (deadline - .now) / (candidates.count - index)
            do throws(Trouble) {
                return try connect(info.ai_family, address, info.ai_addrlen, .now + share)
            } catch {
                last = error
            }
        }
        throw last
    }

    private static func connect(
        _ family: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t, _ deadline: ContinuousClock.Instant
    ) throws(Trouble) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw .failed(reason(errno)) }
        do throws(Trouble) {
            if Glibc.connect(descriptor, address, length) != 0 { try finishConnecting(descriptor, deadline) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func finishConnecting(_ descriptor: Int32, _ deadline: ContinuousClock.Instant) throws(Trouble) {
        guard errno == EINPROGRESS || errno == EINTR else { throw .failed(reason(errno)) }
        try wait(descriptor, Int16(POLLOUT), deadline)
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else { throw .failed(reason(code)) }
    }

    // MARK: Waiting

    private static func wait(_ descriptor: Int32, _ events: Int16, _ deadline: ContinuousClock.Instant) throws(Trouble) {
        while true {
            let left = deadline - .now
            guard left > .zero else { throw .timeout }
            let milliseconds = Int32(
                clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
            var request = pollfd(fd: descriptor, events: events, revents: 0)
            // Rounded up: a wait of 0 ms would spin until the deadline.
            let count = poll(&request, 1, min(milliseconds, .max - 1) + 1)
            if count > 0 { return }
            if count < 0, errno != EINTR { throw .failed(reason(errno)) }
        }
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
