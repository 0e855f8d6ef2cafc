import Foundation
import TestSupport
import Testing

extension Peers {
    /// A node that speaks TLS, to those that it has to deal with.
    @Suite struct TLS {
        private let directory: TemporaryDirectory
        private let upstream: UpstreamFixture
        private let fixture: CertificateFixture
        private let node: NodeFixture
        private let adminPort: Int
        private let tokens: (read: String, admin: String)

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/r")
            fixture = try CertificateFixture(in: directory.path, "node")
            adminPort = try NodeFixture.freePort()
            node = try NodeFixture(in: directory.path, upstream: upstream.path)
            tokens = (try Self.token(directory, "read"), try Self.token(directory, "admin"))
            node.http = """
                , admin_listen: "127.0.0.1:\(adminPort)", token_file: \(directory.path)/read, admin_token_file: \(directory.path)/admin, \
                tls: { cert_file: \(fixture.certificate), key_file: \(fixture.key) }
                """
            try node.configure(upstream: upstream.path, extra: "")
        }

        private static func token(_ directory: TemporaryDirectory, _ name: String) throws -> String {
            let path = directory.path + "/" + name
            let token = "\(name)-0123456789abcdef0123456789"
            try token.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return token
        }

        private func start() async throws {
            try node.start()
            try await eventually("it serves") { (try? status()) == 200 }  // not yet: refused
        }

        private func call(_ path: String, port: Int? = nil, _ headers: String..., options: [String] = []) throws -> HTTPCall {
            try HTTPCall(
                "https://localhost:\(port ?? node.port)\(path)", headers: headers, options: ["--cacert", fixture.certificate] + options)
        }

        private func status() throws -> Int { try call("/status").status }

        private func heliostat(_ words: String...) throws -> Shell.Ended { try Shell().attempt([NodeFixture.binary] + words) }

        @Test func node_IsReadOverTLS_ByThoseWithTheToken() async throws {
            try await start()
            let progress = "/rest/mirroring/latest/progress"
            #expect(try call(progress).status == 401)
            #expect(try call(progress, "Authorization: Bearer \(tokens.read)").status == 200)
            #expect(try call(progress, options: ["-u", "anybody:\(tokens.read)"]).status == 200)
            #expect(try call("/metrics").status == 404)
            let metrics = try Exposition(try call("/metrics", port: adminPort).body)
            let end = try metrics.value("heliostat_tls_certificate_expiry_timestamp_seconds")
            #expect(abs(end - Date().timeIntervalSince1970 - 2 * 86400) < 3600)
            for version in ["1.2", "1.3"] { #expect(try call("/status", options: ["--tls-max", version]).status == 200) }
            #expect(try Shell().attempt(["curl", "-sS", "--tls-max", "1.1", "--cacert", fixture.certificate, base]).status == 35)
            let plain = try HTTPCall("http://localhost:\(node.port)/status")
            #expect(plain.status == 400 && plain.body.contains("https://"))
        }

        @Test func commandLine_BelievesWhomItIsToldTo() async throws {
            try await start()
            let stranger = try heliostat("notify", "P/r", "--url", base)
            #expect(stranger.status == 1 && stranger.errors.contains("certificate verify failed"))
            let trusting = ["--ca-file", fixture.certificate, "--token-file"]
            let told = try Shell().attempt([NodeFixture.binary, "notify", "P/r", "--url", base] + trusting + [directory.path + "/admin"])
            #expect(told.status == 0, "\(told.errors)")
            let other = try heliostat("notify", "P/r", "--url", "https://ip6-localhost:\(node.port)", "--ca-file", fixture.certificate)
            #expect(other.status == 1)
            for (port, file, word) in [(node.port, "read", "hashes alone"), (adminPort, "admin", "refs")] {
                let url = "https://127.0.0.1:\(port)"
                let outcome = try Shell().attempt(
                    [NodeFixture.binary, "diff", url, upstream.path] + trusting + [directory.path + "/" + file])
                #expect(outcome.status == 0 && outcome.output.contains(word), "\(outcome.output)\(outcome.errors)")
            }
        }

        @Test func hook_TellsOverTLS_WhomItIsToldToBelieve() async throws {
            try await start()
            var environment = [
                "HELIOSTAT_ROOT": upstream.path, "HELIOSTAT_URLS": base, "HELIOSTAT_TOKEN_FILE": directory.path + "/admin",
                "HELIOSTAT_PROGRAM": NodeFixture.binary, "GIT_DIR": upstream.path + "/P/r.git",
            ]
            let hook = ProjectFile.path("conf/post-receive")
            let stranger = try Shell(environment: environment).attempt([hook])
            #expect(stranger.status == 0 && stranger.errors.contains("certificate verify failed"), "the push goes on")
            environment["HELIOSTAT_CA_FILE"] = fixture.certificate
            let told = try Shell(environment: environment).attempt([hook])
            #expect(told.status == 0 && told.errors == "", "\(told.errors)")
        }

        /// What certbot does at night, while balancers and builds ask: not one of them may fail.
        @Test func certificate_IsRenewedUnderLoad_AndABrokenPairChangesNothing() async throws {
            try await start()
            let renewed = try CertificateFixture(in: directory.path, "renewed")
            let both = directory.path + "/both.pem"
            let certificates = try [fixture.certificate, renewed.certificate].map { try String(contentsOfFile: $0, encoding: .utf8) }
            try certificates.joined().write(toFile: both, atomically: true, encoding: .utf8)
            let port = node.port
            let load = Alongside { goesOn -> (calls: Int, failures: [String]) in
                var (calls, failures): (Int, [String]) = (0, [])
                while goesOn() {
                    let url = "https://localhost:\(port)/status"
                    // Two requests on one connection.
                    let ended = try Shell().attempt(["curl", "-sSf", "--max-time", "10", "--cacert", both, url, url])
                    calls += 1
                    if ended.status != 0 { failures.append(ended.errors) }
                }
                return (calls, failures)
            }
            let pairs = try [renewed, fixture].map { (try Data(contentsOf: URL(filePath: $0.certificate)), try Data(contentsOf: URL(filePath: $0.key))) }
            for round in 0..<10 {
                let (certificate, key) = pairs[round % 2]
                try key.write(to: URL(filePath: fixture.key))
                node.signal(SIGHUP)
                try await eventually("the pair is refused") {
                    node.log.components(separatedBy: "is not that of the first certificate").count == round + 2
                }
                #expect(try call("/status").status == 200)
                try certificate.write(to: URL(filePath: fixture.certificate))
                node.signal(SIGHUP)
                // Its file holds the other one now, which only those who are shown it can believe.
                try await eventually("the other one is shown") { (try? status()) == 200 }  // not yet: not believed
            }
            let (calls, failures) = try await load.end()
            #expect(failures == [] && calls > 10)
        }

        @Test func haproxy_ChecksAndForwards_OverTLS() async throws {
            try await start()
            let others = try (0..<2).map { try NodeFixture(in: directory.path, upstream: upstream.path, name: "other\($0)") }
            let proxy = try await HAProxy(in: directory.path, before: [node] + others, agents: nil) { text in
                text.replacingOccurrences(
                    of: "server mirror-1 10.0.0.11:7990",
                    with: "server mirror-1 10.0.0.11:7990 ssl verify required ca-file \(fixture.certificate)")
            }
            try await proxy.waitUntil("mirror-1", "is up") { $0.isUp }
            try await proxy.waitUntil("mirror-2", "is down") { !$0.isUp }
            #expect(try HTTPCall("http://127.0.0.1:\(proxy.port)/status").status == 200)
            node.signal(SIGTERM)
            try await proxy.waitUntil("mirror-1", "is down") { !$0.isUp }
        }

        private var base: String { "https://localhost:\(node.port)" }
    }
}
