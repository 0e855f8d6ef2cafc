import Foundation
import TestSupport

/// git's own server (`git://`) of everything below a directory.
struct GitDaemon {
    let port: Int
    private let process: ServerProcess

    init(_ path: String, port: Int? = nil) async throws {
        let port = try port ?? NodeFixture.freePort()
        self.port = port
        let program = try Shell().run("git", "--exec-path") + "/git-daemon"
        process = try ServerProcess(
            [program, "--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--export-all", "--base-path=\(path)", path],
            environment: ["GIT_CONFIG_GLOBAL": "/dev/null"])
        try await eventually("git daemon listens") { canConnect(to: port) }
    }

    func url(_ name: String) -> String { "git://127.0.0.1:\(port)/\(name).git" }
}

/// nginx as operators put it before `git http-backend`: Basic authentication, TLS, redirections.
struct NginxServer {
    static let user = "mirror"
    static let password = "correct horse battery"

    let plain: Int
    let protected: Int
    let tls: Int
    let redirecting: Int
    /// A certificate that signed itself, for 127.0.0.1.
    let certificate: String
    private let process: ServerProcess
    private let backend: HTTPBackend

    init(in directory: String, serving path: String) async throws {
        backend = try HTTPBackend(path)
        let home = directory + "/nginx"
        let ports = try (0..<4).map { _ in try NodeFixture.freePort() }
        (plain, protected, tls, redirecting) = (ports[0], ports[1], ports[2], ports[3])
        certificate = home + "/cert.pem"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        try Shell(directory: home).run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
        let hash = try Shell().run("openssl", "passwd", "-apr1", Self.password)
        try "\(Self.user):\(hash)\n".write(toFile: home + "/htpasswd", atomically: false, encoding: .utf8)
        try Self.configuration(home, ports, backend.port).write(toFile: home + "/nginx.conf", atomically: false, encoding: .utf8)
        process = try ServerProcess(["nginx", "-p", home, "-e", home + "/error.log", "-c", home + "/nginx.conf"])
        for port in ports { try await eventually("nginx listens") { canConnect(to: port) } }
    }

    private static func configuration(_ home: String, _ ports: [Int], _ backend: Int) -> String {
        let pass = "location / { proxy_pass http://127.0.0.1:\(backend); proxy_set_header Authorization \"\"; }"
        return """
            daemon off; master_process off; user root; pid \(home)/pid; error_log \(home)/error.log;
            events {}
            http {
              access_log off; client_max_body_size 1g;
              client_body_temp_path \(home)/body; proxy_temp_path \(home)/proxy; fastcgi_temp_path \(home)/fastcgi;
              uwsgi_temp_path \(home)/uwsgi; scgi_temp_path \(home)/scgi;
              server { listen 127.0.0.1:\(ports[0]); \(pass) }
              server { listen 127.0.0.1:\(ports[1]); auth_basic git; auth_basic_user_file \(home)/htpasswd; \(pass) }
              server { listen 127.0.0.1:\(ports[2]) ssl; ssl_certificate \(home)/cert.pem; ssl_certificate_key \(home)/key.pem; \(pass) }
              server { listen 127.0.0.1:\(ports[3]); return 301 http://127.0.0.1:\(ports[0])$request_uri; }
            }
            """
    }
}

/// Takes connections and never says a word.
final class SilentServer: Sendable {
    let port: Int
    private let listener: Int32

    init() throws { (listener, port) = try listen() }

    // Who waits in the backlog is connected as far as it can tell.
    deinit { close(listener) }
}

/// A listening socket on a free port of the loopback.
func listen() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            bind(descriptor, generic, length) == 0 && Foundation.listen(descriptor, 64) == 0
                ? getsockname(descriptor, generic, &length) : -1
        }
    }
    guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

func canConnect(to port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

private func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
