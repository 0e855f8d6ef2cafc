import Foundation
import TestSupport

/// `git http-backend` behind a socket: what fcgiwrap is to nginx, in as much HTTP/1.0 as nginx speaks to its upstreams.
final class HTTPBackend: Sendable {
    let port: Int
    private let listener: Int32

    init(_ path: String) throws {
        (listener, port) = try listen()
        let listener = listener
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { Self.answer(FileHandle(fileDescriptor: connection, closeOnDealloc: true), path) }
            }
        }
    }

    // `shutdown` ends the accept above, which `close` does not.
    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func answer(_ connection: FileHandle, _ path: String) {
        var received = Data()
        let blank = Data("\r\n\r\n".utf8)
        while received.range(of: blank) == nil {
            guard let chunk = receive(connection) else { return }
            received += chunk
        }
        guard let end = received.range(of: blank) else { return }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var environment = Self.environment(head, path)
        var body = Data(received[end.upperBound...])
        let length = Int(environment["CONTENT_LENGTH"] ?? "") ?? 0
        while body.count < length {
            guard let chunk = receive(connection) else { return }
            body += chunk
        }
        environment["PATH"] = "/usr/bin:/bin"
        // A client that went away gets no answer.
        if let output = try? run(environment, body) { try? connection.write(contentsOf: response(output)) }
    }

    private static func receive(_ connection: FileHandle) -> Data? {
        let chunk = connection.availableData
        return chunk.isEmpty ? nil : chunk
    }

    /// RFC 3875's meta-variables.
    private static func environment(_ head: [String], _ path: String) -> [String: String] {
        let request = head[0].split(separator: " ")
        let target = request[1].split(separator: "?", maxSplits: 1)
        var values = [
            "GIT_PROJECT_ROOT": path, "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": String(request[0]), "REMOTE_ADDR": "127.0.0.1",
            "PATH_INFO": target[0].removingPercentEncoding ?? "", "QUERY_STRING": target.count > 1 ? String(target[1]) : "",
            "SERVER_PROTOCOL": "HTTP/1.0", "GIT_CONFIG_GLOBAL": "/dev/null",
        ]
        for line in head.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let value = pair[1].trimmingCharacters(in: .whitespaces)
            switch pair[0].lowercased() {
            case "content-type": values["CONTENT_TYPE"] = value
            case "content-length": values["CONTENT_LENGTH"] = value
            case "content-encoding": values["HTTP_CONTENT_ENCODING"] = value
            case "git-protocol": values["GIT_PROTOCOL"] = value
            default: break
            }
        }
        return values
    }

    private static func run(_ environment: [String: String], _ body: Data) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = ["http-backend"]
        process.environment = environment
        let (input, output) = (Pipe.make(), Pipe.make())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.start()
        try input.fileHandleForWriting.write(contentsOf: body)
        try input.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }

    /// `Status: 404 Not Found` among the headers becomes the first line.
    private static func response(_ output: Data) -> Data {
        guard let end = output.range(of: Data("\r\n\r\n".utf8)) else { return Data("HTTP/1.0 500 Error\r\n\r\n".utf8) }
        let lines = String(decoding: output[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = lines.first { $0.hasPrefix("Status: ") }?.dropFirst(8) ?? "200 OK"
        let headers = lines.filter { !$0.hasPrefix("Status: ") }.joined(separator: "\r\n")
        return Data("HTTP/1.0 \(status)\r\n\(headers)\r\n\r\n".utf8) + output[end.upperBound...]
    }
}
