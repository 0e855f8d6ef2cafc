import Glibc

/// A client socket that sends exactly the bytes it is given, every wait bounded. It blocks no thread: tests share few.
public final class RawSocket: Sendable {
    public struct Failure: Error {
        public let call: String
        public let code: Int32

        public init(call: String, code: Int32) {
            self.call = call
            self.code = code
        }
    }

    public let descriptor: Int32
    private let blocks: Bool

    public init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        blocks = false
        if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        try connect(port: port)
    }

    /// Holds a descriptor, is connected later, and blocks its thread while it waits: for processes that run out of descriptors,
    /// in which a first sleep of a task would open some, or crash.
    public init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        blocks = true
    }

    public func connect(port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
    }

    public init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        blocks = false
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit { close(descriptor) }

    public func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    public func send(_ bytes: [UInt8]) async throws {
        var sent = 0
        while sent < bytes.count {
            guard try await wait(POLLOUT, 5) else { throw Failure(call: "send", code: ETIMEDOUT) }
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
            guard count > 0 else { throw Failure(call: "send", code: errno) }
            sent += count
        }
    }

    /// Sent, and not with the peer's kernel yet. Once there are none, a server that waits for a connection's first bytes
    /// (TCP_DEFER_ACCEPT) has the connection in its backlog.
    public var unacknowledgedBytes: Int {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : -1
    }

    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// - Returns: nil when nothing came in time, empty at the end.
    public func receive(atMost limit: Int = 65_536, within seconds: Double = 5) async throws -> [UInt8]? {
        guard try await wait(POLLIN, seconds) else { return nil }
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, limit, Int32(MSG_DONTWAIT))
        guard count >= 0 else { throw Failure(call: "recv", code: errno) }
        return Array(buffer[..<count])
    }

    /// Everything up to the end. Throws when the end does not come in time, or as a reset.
    public func receiveAll(within seconds: Double = 5) async throws -> String {
        var all: [UInt8] = []
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            guard let piece = try await receive(within: seconds) else { break }
            if piece.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += piece
        }
        throw Failure(call: "receiveAll", code: ETIMEDOUT)
    }

    /// Up to and including `mark`.
    public func receive(until mark: String, within seconds: Double = 5) async throws -> String {
        var all: [UInt8] = []
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            guard let piece = try await receive(atMost: 1, within: seconds), !piece.isEmpty else { break }
            all += piece
            if all.count >= mark.utf8.count, all.suffix(mark.utf8.count).elementsEqual(mark.utf8) {
                return String(decoding: all, as: UTF8.self)
            }
        }
        throw Failure(call: "receive until \(mark) got \(String(decoding: all, as: UTF8.self))", code: ETIMEDOUT)
    }

    /// - Returns: whether one of `events`, as poll(2) has them, came in time.
    public func wait(_ events: Int32, _ seconds: Double) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            var poll = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            if Glibc.poll(&poll, 1, blocks ? Int32(seconds * 1000) : 0) > 0 { return true }
            guard ContinuousClock.now < deadline else { return false }
            try await Pace.take(.milliseconds(1))
        }
    }
}
