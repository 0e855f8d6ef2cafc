import Foundation

/// A TCP client that does what polite clients do not: pipelines, reads slowly or not at all, says half a request.
final class RawClient: Sendable {
    private let descriptor: Int32

    struct Reset: Error {}

    /// - Parameter receiveBuffer: bytes that the kernel keeps for us, so that a sender soon has to wait.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // What is thrown from here on runs `deinit`.
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Reset() }
            done += count
        }
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// - Returns: the next bytes, none at the end; nil when nothing came within `seconds`.
    func receive(atMost limit: Int = 1 << 16, within seconds: Double = 10) throws -> [UInt8]? {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, Int32(seconds * 1000)) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &bytes, limit, 0)
        guard count >= 0 else { throw Reset() }
        return Array(bytes[..<count])
    }

    /// Whether the peer has reset the connection, whatever still waits to be read.
    var isCut: Bool {
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&state, 1, 0) > 0 && state.revents & Int16(POLLERR) != 0
    }

    /// Whether the peer has ended the connection, or cut it, and all that it sent was read.
    var isEnded: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN
    }

    /// Everything up to the end of the connection.
    /// - Throws: `Reset` when the peer cut it.
    func receiveAll(within seconds: Double = 20) throws -> [UInt8] {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var all: [UInt8] = []
        while ContinuousClock.now < deadline, let bytes = try receive(within: 5) {
            if bytes.isEmpty { return all }
            all += bytes
        }
        throw POSIXError(.ETIMEDOUT)
    }

    /// One answer with a Content-Length, from a connection that stays open.
    /// - Parameter isHead: the answer has no body whatever its Content-Length.
    func receiveAnswer(isHead: Bool = false, within seconds: Double = 10) throws -> RawAnswer {
        var all: [UInt8] = []
        while true {
            if let answer = RawAnswer(all), isHead || answer.isComplete { return answer }
            guard let bytes = try receive(within: seconds), !bytes.isEmpty else { throw POSIXError(.ETIMEDOUT) }
            all += bytes
        }
    }

    static func request(_ path: String, method: String = "GET") -> String { "\(method) \(path) HTTP/1.1\r\nHost: node\r\n\r\n" }
}

struct RawAnswer {
    let code: Int
    let head: String
    let body: String

    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        head = String(text[..<end.lowerBound])
        body = String(text[end.upperBound...])
        code = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    var isComplete: Bool {
        let lengths = head.split(separator: "\r\n").compactMap { line in
            line.lowercased().hasPrefix("content-length:") ? Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) : nil
        }
        return body.utf8.count >= (lengths.first ?? 0)
    }
}
