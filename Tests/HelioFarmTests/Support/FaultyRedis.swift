import Foundation
import Synchronization
import TestSupport

@testable import HelioFarm

/// A server on loopback that answers each command exactly as it is told, however wrong that is.
final class FaultyRedis: Sendable {
    struct Request: Sendable {
        let words: [String]
        /// It came by, from 0.
        let connection: Int

        /// In capitals.
        var name: String { words.first?.uppercased() ?? "" }
    }

    enum Step: Sendable {
        case send(String)
        case bytes([UInt8])
        /// A byte at a time.
        case dribble(String, everyMilliseconds: UInt32)
        case pause(milliseconds: UInt32)
        /// Nothing more, until the other side has gone.
        case hold
        case close
        /// So that the other side gets ECONNRESET.
        case reset
    }

    let port: UInt16
    private let listener: Int32
    private let received = Mutex<[Request]>([])
    private let accepted = Mutex(0)
    private let ended = Mutex(0)

    /// - Parameter respond: called on a thread of the connection.
    init(_ respond: @escaping @Sendable (Request) -> [Step]) throws {
        port = try Ports.free()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        guard Ports.withLoopback(port, { [listener] in bind(listener, $0, $1) }) == 0, listen(listener, 1024) == 0 else {
            throw NeverHappened("cannot listen: \(errno)")
        }
        accept(respond)
    }

    // Ends the accept; the thread that accepts closes it, so that its number is nobody else's meanwhile.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// As a Redis without anything to say.
    static func politely(_ request: Request) -> [Step] {
        switch request.name {
        case "PING": [.send("+PONG\r\n")]
        case "ECHO": [.send("$\(request.words[1].utf8.count)\r\n\(request.words[1])\r\n")]
        case "SUBSCRIBE": [.send("*3\r\n$9\r\nsubscribe\r\n$\(request.words[1].utf8.count)\r\n\(request.words[1])\r\n:1\r\n")]
        default: [.send("+OK\r\n")]
        }
    }

    var requests: [Request] { received.withLock { $0 } }
    var connections: Int { accepted.withLock { $0 } }
    /// How many of them are over.
    var endedConnections: Int { ended.withLock { $0 } }

    private func accept(_ respond: @escaping @Sendable (Request) -> [Step]) {
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let socket = Glibc.accept(listener, nil, nil)
                guard socket >= 0, let self else {
                    close(socket < 0 ? listener : socket)
                    if socket < 0 { return }
                    continue
                }
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                let number = accepted.withLock { count in
                    defer { count += 1 }
                    return count
                }
                Thread.detachNewThread { [weak self] in
                    FaultyPeer(socket, number).serve({ request in self?.received.withLock { $0.append(request) } }, respond)
                    self?.ended.withLock { $0 += 1 }
                }
            }
        }
    }
}

/// One connection, on a thread of its own.
private final class FaultyPeer {
    private let socket: Int32
    private let number: Int
    private var parser = RESPParser()

    init(_ socket: Int32, _ number: Int) {
        self.socket = socket
        self.number = number
    }

    deinit { close(socket) }

    func serve(_ note: (FaultyRedis.Request) -> Void, _ respond: (FaultyRedis.Request) -> [FaultyRedis.Step]) {
        while let bytes = receive() {
            parser.append(bytes)
            // A client that sends what is no RESP ends the connection, and the test that looks for its commands fails.
            while let value = try? parser.next() {
                let words = (value.array ?? []).map { String(decoding: $0.bytes ?? [], as: UTF8.self) }
                let request = FaultyRedis.Request(words: words, connection: number)
                note(request)
                for step in respond(request) where !take(step) { return }
            }
        }
    }

    /// - Returns: whether the connection is still there.
    private func take(_ step: FaultyRedis.Step) -> Bool {
        switch step {
        case .send(let text): return send(Array(text.utf8))
        case .bytes(let bytes): return send(bytes)
        case .dribble(let text, let milliseconds):
            for byte in text.utf8 {
                guard send([byte]) else { return false }
                Pace.block(milliseconds: milliseconds)
            }
        case .pause(let milliseconds): Pace.block(milliseconds: milliseconds)
        case .hold:
            while receive() != nil {}
            return false
        case .close: return false
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            return false
        }
        return true
    }

    private func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// Listens, and has no room for anybody: connections to it are neither made nor refused.
final class BlackHole {
    let port: UInt16
    private let listener: Int32
    private var callers: [Int32] = []

    init() throws {
        port = try Ports.free()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard Ports.withLoopback(port, { [listener] in bind(listener, $0, $1) }) == 0, listen(listener, 0) == 0 else {
            throw NeverHappened("cannot listen: \(errno)")
        }
        for _ in 0..<4 {
            let caller = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            _ = Ports.withLoopback(port) { connect(caller, $0, $1) }
            callers.append(caller)
        }
    }

    deinit { for descriptor in callers + [listener] { close(descriptor) } }
}
