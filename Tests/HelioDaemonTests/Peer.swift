import Foundation
import Glibc
import Synchronization

/// A real listening socket with one scripted answer for every connection; what it was asked can be read afterwards.
final class Peer: Sendable {
    enum Behaviour: Sendable {
        case answers(String)
        /// Accepts and says nothing until it is released.
        case isSilent
        /// Sends the text a byte at a time, without end, so that no single read waits long.
        case drips
    }

    let port: UInt16
    private let listener: Int32
    private let received = Received()

    var requests: [String] { received.all }

    /// On a Unix socket when `path` is given, else on a free port of 127.0.0.1.
    init(_ behaviour: Behaviour, path: String? = nil) {
        let listener = socket(path == nil ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        port = path.map { Self.bind(listener, path: $0) } ?? Self.bindLoopback(listener)
        self.listener = listener
        precondition(listen(listener, 16) == 0, "a test's peer listens")
        Thread.detachNewThread { [received] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { Self.serve(connection, behaviour, received) }
            }
        }
    }

    /// Ends the accepting thread too.
    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ connection: Int32, _ behaviour: Behaviour, _ received: Received) {
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        var text = ""
        while !isComplete(text) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        received.append(text)
        switch behaviour {
        case .answers(let answer):
            _ = answer.utf8CString.withUnsafeBytes { send(connection, $0.baseAddress, $0.count - 1, Int32(MSG_NOSIGNAL)) }
        case .isSilent: _ = recv(connection, &buffer, 1, 0)
        case .drips:
            var request = pollfd(fd: connection, events: 0, revents: 0)
            while send(connection, "H", 1, Int32(MSG_NOSIGNAL)) == 1 { poll(&request, 1, 5) }
        }
    }

    private static func isComplete(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
        guard let length = text.firstMatch(of: /Content-Length: ([0-9]+)/).flatMap({ Int($0.1) }) else { return true }
        return text[end.upperBound...].utf8.count >= length
    }

    private static func bind(_ descriptor: Int32, path: String) -> UInt16 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        bind(descriptor, &address)
        return 0
    }

    private static func bindLoopback(_ descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        bind(descriptor, &address)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: inout Address) {
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        precondition(code == 0, "a test's peer binds")
    }

    private final class Received: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func append(_ text: String) { texts.withLock { $0.append(text) } }
    }
}
