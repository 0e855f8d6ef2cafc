import Foundation
import Synchronization

/// Between a client and a server on loopback: what the client has sent can be held back and let go later, even when the client has
/// closed its connection meanwhile. A packet that was under way for long.
public final class DelayingProxy: Sendable {
    private struct State {
        var needle: [UInt8]?
        /// The server's side of the connection that is held back.
        var holding: Int32?
        var held: [UInt8] = []
        var sockets: [Int32] = []
    }

    public let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    public init(to server: UInt16) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = try Ports.free()
        let listener = listener
        guard Ports.withLoopback(port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw RawSocket.Failure(call: "bind", code: errno)
        }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
                guard Ports.withLoopback(server, { connect(upstream, $0, $1) }) == 0 else {
                    close(client)
                    close(upstream)
                    continue
                }
                state.withLock { $0.sockets += [client, upstream] }
                Thread.detachNewThread { self.forward(from: client, to: upstream) }
                Thread.detachNewThread { Self.copy(from: upstream, to: client) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for socket in state.withLock(\.sockets) { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// From the next piece on that holds this text, nothing of what its connection sends arrives. Other connections are not held.
    public func hold(at text: String) { state.withLock { $0.needle = Array(text.utf8) } }

    /// What was held arrives, and everything after it.
    public func release() {
        let (socket, held) = state.withLock { state in
            defer { (state.needle, state.holding, state.held) = (nil, nil, []) }
            return (state.holding, state.held)
        }
        if let socket { Self.send(held, to: socket) }
    }

    public var isHolding: Bool { state.withLock { $0.holding != nil } }

    private func forward(from client: Int32, to server: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(client, &buffer, buffer.count, 0)
            if count <= 0 { break }
            let bytes = Array(buffer[..<count])
            let isHeld = state.withLock { state in
                if let needle = state.needle, state.holding == nil, bytes.firstRange(of: needle) != nil { state.holding = server }
                guard state.holding == server else { return false }
                state.held += bytes
                return true
            }
            if !isHeld { Self.send(bytes, to: server) }
        }
        // What is still held goes its way although the client has gone.
        if state.withLock({ $0.holding != server }) { shutdown(server, Int32(SHUT_RDWR)) }
    }

    private static func copy(from server: Int32, to client: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(server, &buffer, buffer.count, 0)
            if count <= 0 { break }
            send(Array(buffer[..<count]), to: client)
        }
        shutdown(client, Int32(SHUT_RDWR))
    }

    private static func send(_ bytes: [UInt8], to socket: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Foundation.send(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return }
            sent += count
        }
    }
}
