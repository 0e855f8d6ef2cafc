import Foundation
import Glibc
import HelioLock

/// An HTTP server on loopback that does to each request exactly what it is told, however wrong that is.
public final class RawReceiver: Sendable {
    public struct Request: Sendable {
        public let head: String
        public let body: [UInt8]
        /// Of the connection it came by, from 0.
        public let connection: Int

        /// Of the first header of this name.
        public func header(_ name: String) -> String? {
            let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
            return line.map { String($0.dropFirst(name.count + 2)) }
        }
    }

    public enum Step: Sendable {
        case send(String)
        case pause(milliseconds: UInt32)
        /// Until the other side has gone.
        case sendForever(String, everyMilliseconds: UInt32)
        /// Nothing, until the other side has gone.
        case hold
        case close
        /// So that the other side gets ECONNRESET.
        case reset
    }

    public static func answer(_ status: String, _ headers: String = "", body: String = "") -> [Step] {
        [.send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")]
    }

    public let port: UInt16
    private let listener: Int32
    private let received = Locked<[Request]>([])
    private let accepted = Locked(0)

    /// - Parameter respond: called on a thread of the connection.
    public init(port: UInt16 = 0, _ respond: @escaping @Sendable (Request) -> [Step]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1024) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else { throw RawSocket.Failure(call: "bind", code: errno) }
        self.port = UInt16(bigEndian: address.sin_port)
        start(respond)
    }

    // Ends the accept, which `close` does not; the thread that accepts closes it, so that its number is nobody else's meanwhile.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Whole requests, in the order of their arrival.
    public var requests: [Request] { received.withLock { $0 } }

    public var connections: Int { accepted.withLock { $0 } }

    private func start(_ respond: @escaping @Sendable (Request) -> [Step]) {
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else {
                    close(listener)
                    return
                }
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)  // a child that held it would keep it open
                guard let self else {
                    close(socket)
                    continue
                }
                let number = self.accepted.withLock { count in
                    defer { count += 1 }
                    return count
                }
                let note: @Sendable (Request) -> Void = { [weak self] request in self?.received.withLock { $0.append(request) } }
                Thread.detachNewThread { RawPeer(socket, number).serve(note, respond) }
            }
        }
    }
}

/// One connection, on a thread of its own.
private final class RawPeer {
    private let socket: Int32
    private let number: Int
    private var buffer: [UInt8] = []

    init(_ socket: Int32, _ number: Int) {
        self.socket = socket
        self.number = number
    }

    deinit { close(socket) }

    func serve(_ note: (RawReceiver.Request) -> Void, _ respond: (RawReceiver.Request) -> [RawReceiver.Step]) {
        while let request = next() {
            note(request)
            for step in respond(request) where !take(step) { return }
        }
    }

    /// - Returns: whether the connection is still there.
    private func take(_ step: RawReceiver.Step) -> Bool {
        switch step {
        case .send(let text): return send(text)
        case .pause(let milliseconds): Pace.block(milliseconds: milliseconds)
        case .sendForever(let text, let milliseconds):
            while send(text) { if milliseconds > 0 { Pace.block(milliseconds: milliseconds) } }
            return false
        case .hold:
            while receive() {}
            return false
        case .close: return false
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            return false
        }
        return true
    }

    private func next() -> RawReceiver.Request? {
        let blank = Array("\r\n\r\n".utf8)
        var end = buffer.firstRange(of: blank)
        while end == nil {
            guard receive() else { return nil }
            end = buffer.firstRange(of: blank)
        }
        guard let end else { return nil }
        let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
        let length = line.flatMap { Int($0.dropFirst(16)) } ?? 0
        while buffer.count < end.upperBound + length { guard receive() else { return nil } }
        let body = Array(buffer[end.upperBound..<(end.upperBound + length)])
        buffer.removeFirst(end.upperBound + length)
        return .init(head: head, body: body, connection: number)
    }

    private func receive() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        buffer += bytes[..<count]
        return true
    }

    private func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
