import Foundation
import HelioLoop
import TestSupport
import Testing

@testable import HelioClient

/// Against nginx, with certificates of its own.
@Suite struct TLSTests {
    let directory: TemporaryDirectory
    let client: HTTPClient

    init() throws {
        directory = try TemporaryDirectory()
        client = try HTTPClient(loop: try EventLoop.start())
    }

    private func run(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "exec \(command) >/dev/null 2>&1"]
        process.currentDirectoryURL = URL(filePath: directory.path)
        try process.start()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// - Parameter day: on which it was made, valid for two days; today unless told.
    private func makeCertificate(_ name: String, subject: String, day: String? = nil) throws {
        try run(
            (day.map { "faketime \($0) " } ?? "") + "openssl req -x509 -newkey rsa:2048 -nodes -keyout \(name).key -out \(name).pem -days 2 -subj /CN=\(subject)"
                + " -addext subjectAltName=\(subject == "127.0.0.1" ? "IP" : "DNS"):\(subject)")
    }

    private func serve(_ certificate: String, _ rules: String = "", _ body: (Int) async throws -> Void) async throws {
        let port = Int(try RawReceiver { _ in [] }.port)
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(directory.path)/\($0);" }
        try """
            daemon off; master_process off; pid \(directory.path)/pid; error_log stderr; events {}
            http {
                access_log off; \(paths.joined())
                server {
                    listen 127.0.0.1:\(port) ssl; ssl_certificate \(certificate).pem; ssl_certificate_key \(certificate).key; \(rules)
                    return 200 ok;
                }
            }
            """.write(toFile: "\(directory.path)/nginx.conf", atomically: true, encoding: .utf8)
        let server = try ServerProcess(["nginx", "-c", "\(directory.path)/nginx.conf", "-p", directory.path])
        defer { withExtendedLifetime(server) {} }
        try await eventually("nginx listens") { (try? RawSocket(port: UInt16(port))) != nil }  // not yet: refused
        try await body(port)
    }

    private func post(
        _ port: Int, host: String = "127.0.0.1", ca: String?, by other: HTTPClient? = nil
    ) async throws -> Result<Answer, DeliveryFailure> {
        try await (other ?? client).post(
            OutboundRequest(
                url: "https://\(host):\(port)/", headers: [], body: [], addresses: AddressPolicy(allow: [Network(parsing: "127.0.0.0/8")]),
                caFile: ca.map { "\(directory.path)/\($0).pem" }))
    }

    private func expectUntrusted(_ result: Result<Answer, DeliveryFailure>, _ location: SourceLocation = #_sourceLocation) {
        guard case .failure(.untrusted(let reason)) = result else {
            Issue.record("\(result)", sourceLocation: location)
            return
        }
        #expect(!reason.isEmpty, sourceLocation: location)
    }

    @Test func certificate_IsTrusted_WhenItIsTheConfiguredOne_AndNamesTheHost() async throws {
        try makeCertificate("good", subject: "127.0.0.1")
        try makeCertificate("other", subject: "127.0.0.1")
        try await serve("good") { port in
            #expect(try await post(port, ca: "good").get().status == 200)
            expectUntrusted(try await post(port, ca: nil))
            expectUntrusted(try await post(port, ca: "other"))
            expectUntrusted(try await post(port, ca: "missing"))
            // The certificate is for the address, not for this name of it.
            expectUntrusted(try await post(port, host: "localhost", ca: "good"))
        }
    }

    /// The old client keeps what it has read, and a connection that was opened with that.
    @Test func authorities_AreReadAnew_ByANewClient() async throws {
        try makeCertificate("good", subject: "127.0.0.1")
        try makeCertificate("other", subject: "127.0.0.1")
        try run("cp good.pem authorities.pem")
        try await serve("good") { port in
            #expect(try await post(port, ca: "authorities").get().status == 200)
            try run("cp other.pem authorities.pem")
            let fresh = try HTTPClient(loop: try EventLoop.start())
            expectUntrusted(try await post(port, ca: "authorities", by: fresh))
            try run("cp good.pem authorities.pem")
            let next = try HTTPClient(loop: try EventLoop.start())
            #expect(try await post(port, ca: "authorities", by: next).get().status == 200)
        }
    }

    @Test func expiredCertificate_IsRefused() async throws {
        try makeCertificate("old", subject: "127.0.0.1", day: "2020-01-01")
        try await serve("old") { port in
            guard case .failure(.untrusted(let reason)) = try await post(port, ca: "old") else {
                Issue.record("it was taken")
                return
            }
            #expect(reason.contains("expired"))
        }
    }

    @Test func oldProtocol_IsRefused() async throws {
        try makeCertificate("good", subject: "127.0.0.1")
        try await serve("good", "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;") { port in
            expectUntrusted(try await post(port, ca: "good"))
        }
    }
}
