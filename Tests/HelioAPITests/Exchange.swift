import Glibc
import HelioLoop

struct Reply {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}

struct BrokenExchange: Error, CustomStringConvertible { let description: String }

/// One request over a real socket, read to the end of the connection.
enum Exchange {
    static func run(_ address: ListenAddress, _ method: String, _ target: String, headers: [String], body: String?) throws
        -> Reply
    {
        let descriptor = try connect(address)
        defer { close(descriptor) }
        var lines = ["\(method) \(target) HTTP/1.1", "Host: node", "Connection: close"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        try send(descriptor, Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8))
        return try parse(try receive(descriptor))
    }

    private static func connect(_ address: ListenAddress) throws -> Int32 {
        let isUnix = if case .unix = address { true } else { false }
        let descriptor = socket(isUnix ? AF_UNIX : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw BrokenExchange(description: "socket: \(errno)") }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let code =
            switch address {
            case .tcp(_, let port): connect(descriptor, port)
            case .unix(let path): connect(descriptor, path)
            }
        guard code == 0 else {
            close(descriptor)
            throw BrokenExchange(description: "connect: \(errno)")
        }
        return descriptor
    }

    private static func connect(_ descriptor: Int32, _ port: UInt16) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return connect(descriptor, &address)
    }

    private static func connect(_ descriptor: Int32, _ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return connect(descriptor, &address)
    }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw BrokenExchange(description: "send: \(errno)") }
            sent += count
        }
    }

    private static func receive(_ descriptor: Int32) throws -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { throw BrokenExchange(description: "recv: \(errno) after \(received.count) bytes") }
            if count == 0 { return received }
            received += buffer[..<count]
        }
    }

    private static func parse(_ bytes: [UInt8]) throws -> Reply {
        let end = Array("\r\n\r\n".utf8)
        guard let head = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else {
            throw BrokenExchange(description: "no head: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        let lines = String(decoding: bytes[..<head], as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first, let status = Int(first.split(separator: " ")[1]) else {
            throw BrokenExchange(description: "no status line")
        }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
        }
        let body = Array(bytes[(head + 4)...])
        let isChunked = headers.contains { $0.name.lowercased() == "transfer-encoding" && !body.isEmpty }
        return Reply(status: status, headers: headers, body: isChunked ? try dechunk(body) : body)
    }

    private static func dechunk(_ body: [UInt8]) throws -> [UInt8] {
        var plain: [UInt8] = []
        var rest = body[...]
        while let line = rest.firstIndex(of: 0x0D), let size = Int(String(decoding: rest[..<line], as: UTF8.self), radix: 16) {
            rest = rest[(line + 2)...]
            if size == 0 { return plain }
            guard rest.count >= size + 2 else { break }
            plain += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        throw BrokenExchange(description: "a chunk is cut")
    }
}
