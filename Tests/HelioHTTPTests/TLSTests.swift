@testable import HelioHTTP
import Glibc
import HelioLoop
import Synchronization
import TestSupport
import Testing

private func get(_ path: String, _ headers: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\(headers)\r\n" }

/// The same server under TLS: what may go wrong because of it.
@Suite struct TLSTests {
    private let directory: TemporaryDirectory
    private let fixture: CertificateFixture
    private let context: TLSContext

    init() throws {
        directory = try TemporaryDirectory()
        fixture = try CertificateFixture(in: directory.path, "node")
        context = try TLSContext(certificateFile: fixture.certificate, keyFile: fixture.key)
    }

    private func run(_ configuration: Configuration = .quick, _ body: (LiveServer) async throws -> Void) async throws {
        let context = context
        try await LiveServer.run(configuration, tls: { context }, body)
    }

    private func client(_ server: LiveServer, receiveBuffer: Int32? = nil) throws -> TLSSocket {
        try TLSSocket(port: server.port, trusting: fixture.certificate, receiveBuffer: receiveBuffer)
    }

    @Test func requests_AreAnswered_OneAfterTheOther() async throws {
        try await run { (server) async throws in
            let client = try client(server)
            for _ in 0..<20 {
                try await client.send(get("/status"))
                #expect(try await client.receive(until: "{}").hasPrefix("HTTP/1.1 200"))
            }
            try await client.send(get("/pieces", "Connection: close\r\n"))
            #expect(try await client.receiveAll().hasSuffix("0\r\n\r\n"))
        }
    }

    /// Each byte is a record of its own, and no event of the socket tells where a request ends.
    @Test func request_IsAnswered_WhenItComesByteByByte_OrWithOthersInOneRecord() async throws {
        try await run { (server) async throws in
            let slow = try client(server)
            for character in get("/status") { try await slow.send(String(character)) }
            #expect(try await slow.receive(until: "{}").hasPrefix("HTTP/1.1 200"))
            let fast = try client(server)
            try await fast.send(String(repeating: get("/status"), count: 300) + get("/status", "Connection: close\r\n"))
            #expect(try await fast.receiveAll().split(separator: "HTTP/1.1 200").count == 301)
        }
    }

    /// More than a record holds, and more than the server reads at a time.
    @Test func body_IsReadWhole_WhenItIsLongerThanARecord() async throws {
        try await run { (server) async throws in
            let body = String((0..<100_000).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
            let client = try client(server)
            try await client.send("POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n" + body)
            #expect(try await client.receiveAll().hasSuffix(body))
        }
    }

    @Test func stream_ComesWhole_ToAReaderThatIsSlow() async throws {
        let pieces = 64
        let context = context
        try await LiveServer.run(tls: { context }, routes: { router in
            router.add(.get, "/long") { _, responder in responder.send(Response(body: .stream(Pieces(pieces, size: 65_536)))) }
        }) { (server) async throws in
            let client = try client(server, receiveBuffer: 4096)
            try await client.send("GET /long HTTP/1.0\r\nHost: h\r\n\r\n")
            _ = try await client.receive(until: "\r\n\r\n")
            var count = 0
            while true {
                let piece = try await client.receive(atMost: 3000)
                if piece.isEmpty { break }
                count += piece.count
            }
            #expect(count == pieces * 65_536, "and the end was told, not only seen")
        }
    }

    @Test func slowReader_IsCut_AndItsProducerReleased() async throws {
        var configuration = Configuration.quick
        configuration.drainWindow = .milliseconds(200)
        configuration.minimumDrainRate = 1_000_000
        try await run(configuration) { (server) async throws in
            let client = try client(server, receiveBuffer: 4096)
            try await client.send(get("/flood"))
            try await eventually("it is cut") { server.record.contains(.cut(.slowReader)) }
            try await eventually("nothing is left") { server.http.connections == 0 }
        }
    }

    /// What was cut must not look complete: the client is not told that this is the end.
    @Test func brokenBody_EndsWithoutFarewell() async throws {
        try await run { (server) async throws in
            let client = try client(server)
            try await client.send(get("/broken"))
            await #expect(throws: RawSocket.Failure.self) { _ = try await client.receiveAll() }
        }
    }

    @Test func silentPeer_IsCut_WhenTheHandshakeTakesTooLong() async throws {
        var configuration = Configuration.quick
        configuration.headDeadline = .milliseconds(150)
        try await run(configuration) { (server) async throws in
            let silent = try server.client()
            await #expect(throws: RawSocket.Failure.self) { _ = try await silent.receiveAll() }
            #expect(server.record.contains(.cut(.handshake)))
        }
    }

    /// A balancer opens a connection ahead, and uses it later.
    @Test func connection_MayWait_OnceTheHandshakeIsOver() async throws {
        var configuration = Configuration.quick
        configuration.headDeadline = .milliseconds(150)
        try await run(configuration) { (server) async throws in
            let client = try client(server)
            while !client.session.isEstablished {
                var none = [UInt8](repeating: 0, count: 1)
                _ = none.withUnsafeMutableBytes { client.session.read(into: $0) }
                _ = try await client.raw.wait(POLLIN, 0.01)
            }
            // Who came later and stays silent is cut: the time of a handshake is over.
            let silent = try server.client()
            try await eventually("the silent one is cut") { server.record.contains(.cut(.handshake)) }
            withExtendedLifetime(silent) {}
            try await client.send(get("/status"))
            #expect(try await client.receive(until: "{}").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test(arguments: ["GET", "HEAD", "OPTIONS", "DELETE", "PATCH", "PROPFIND"])
    func plainRequest_IsToldOfTLS_InTheClear(method: String) async throws {
        try await run { (server) async throws in
            let answer = try await server.talk("\(method) /status HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            #expect(answer.contains("https://") && answer.contains("Connection: close"))
            #expect(server.record.contains(.refused(.plainHTTP)))
        }
    }

    @Test func noise_IsCut() async throws {
        try await run { (server) async throws in
            for noise in ["\u{16}\u{3}\u{1}\0\u{5}hello", "SSH-2.0-OpenSSH_9\r\n", String(repeating: "\u{7F}", count: 20_000)] {
                let client = try server.client()
                try await client.send(noise)
                _ = try? await client.receiveAll()  // an alert, or a reset
            }
            try await eventually("all are cut") { server.record.all.filter { $0.ending == .cut(.handshake) }.count == 3 }
            try await eventually("nothing is left") { server.http.connections == 0 }
        }
    }

    /// Who only looks whether the port is open is no failure; who stops in the middle of a handshake is one.
    @Test func handshake_ThatIsGivenUp_IsCounted() async throws {
        try await run { (server) async throws in
            try server.client().finishSending()
            let half = try server.client()
            try await half.send("\u{16}\u{3}\u{1}")
            half.finishSending()
            try await eventually("it is counted") { server.record.contains(.cut(.handshake)) }
            try await eventually("nothing is left") { server.http.connections == 0 }
            #expect(server.record.all.count == 1)
        }
    }

    @Test func connectionTooMany_CostsNoHandshake() async throws {
        var configuration = Configuration.quick
        configuration.connections = 1
        try await run(configuration) { (server) async throws in
            let first = try client(server)
            try await first.send(get("/held"))
            try await eventually("it is being answered") { server.held.count == 1 }
            let second = try client(server)
            await #expect(throws: RawSocket.Failure.self) {
                try await second.send(get("/status"))
                _ = try await second.receiveAll()
            }
            #expect(server.record.all.contains { $0.ending == .refused(.tooManyConnections) && $0.status == 0 })
        }
    }

    @Test func peer_MayGo_AtAnyMoment() async throws {
        try await run { (server) async throws in
            for count in [0, 1, 5, 100, 300] {
                let client = try client(server)
                _ = [UInt8]("GET ".utf8).withUnsafeBytes { client.session.write($0) }
                for _ in 0..<count where !client.session.isEstablished {
                    var none = [UInt8](repeating: 0, count: 1)
                    _ = none.withUnsafeMutableBytes { client.session.read(into: $0) }
                }
            }
            try await eventually("nothing is left") { server.http.connections == 0 }
        }
    }

    /// A signature takes as long as thousands of requests, and a crowd of newcomers wants one each: who has one already, with or without
    /// the last step of the handshake, does not wait for theirs.
    @Test(arguments: [true, false])
    func request_IsAnswered_BeforeEverybodyHasAHandshake(isEstablished: Bool) async throws {
        let crowd = 30
        let request = get("/waiting")
        let seen = Seen()
        let gate = Gate()
        let context = context
        try await LiveServer.run(tls: { context }, routes: { router in
            router.add(.get, "/waiting") { _, responder in
                let steps = seen.server.withLock { $0 }?.assumeIsolated { $0.handshakeSteps } ?? .max
                seen.steps.store(steps, ordering: .relaxed)
                responder.send(Response(status: 204))
            }
        }) { (live) async throws in
            seen.server.withLock { $0 = live.http }
            defer { seen.server.withLock { $0 = nil } }
            let guest = try client(live)
            if isEstablished {
                try await guest.send(get("/status"))
                _ = try await guest.receive(until: "{}")
            } else {
                _ = [UInt8](request.utf8).withUnsafeBytes { guest.session.write($0) }
                #expect(try await guest.raw.wait(POLLIN, 10))
            }
            // While the loop stands, they come, and the guest asks.
            let before = await live.http.handshakeSteps
            live.loop.execute { gate.hold() }
            defer { gate.isOpen.store(true, ordering: .relaxed) }
            try await eventually("the loop stands") { gate.holds.load(ordering: .relaxed) }
            let newcomers = try (0..<crowd).map { _ in try client(live) }
            for newcomer in newcomers { _ = [UInt8(0)].withUnsafeBytes { newcomer.session.write($0) } }
            try await guest.send(request)
            gate.isOpen.store(true, ordering: .relaxed)
            #expect(try await guest.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 204"))
            // It may also come before the first of them is there.
            #expect(seen.steps.load(ordering: .relaxed) - before < crowd / 2)
        }
    }

    /// A renewed certificate is shown to those that come; who is there keeps what it began with.
    @Test func certificate_IsReplaced_ForNewConnections() async throws {
        let renewed = try CertificateFixture(in: directory.path, "renewed")
        let shown = Mutex(context)
        try await LiveServer.run(tls: { shown.withLock { $0 } }) { (server) async throws in
            let old = try client(server)
            try await old.send(get("/status"))
            _ = try await old.receive(until: "{}")
            let fresh = try TLSContext(certificateFile: renewed.certificate, keyFile: renewed.key)
            shown.withLock { $0 = fresh }
            try await old.send(get("/status"))
            #expect(try await old.receive(until: "{}").hasPrefix("HTTP/1.1 200"))
            let new = try TLSSocket(port: server.port, trusting: renewed.certificate)
            try await new.send(get("/status"))
            #expect(try await new.receive(until: "{}").hasPrefix("HTTP/1.1 200"))
            let stale = try client(server)
            await #expect(throws: RawSocket.Failure.self) {
                try await stale.send(get("/status"))
                _ = try await stale.receiveAll()
            }
        }
    }

    /// The same certificate and key, whatever had become of their files.
    @Test func context_IsRenewed_WithoutItsFiles() async throws {
        let renewed = try TLSContext(renewing: context)
        #expect(renewed.notAfter == context.notAfter)
        try await LiveServer.run(tls: { renewed }) { (server) async throws in
            let client = try client(server)
            try await client.send(get("/status", "Connection: close\r\n"))
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func drain_EndsConnections_InAnyState() async throws {
        try await run { (server) async throws in
            let used = try client(server)
            try await used.send(get("/held"))
            try await eventually("it waits") { server.held.count == 1 }
            let silent = try server.client()
            async let drained: Void = server.http.drain(within: .seconds(5))
            try await eventually("nobody can come any more") { (try? server.client()) == nil }  // refused is what is waited for
            server.held.release()
            #expect(try await used.receiveAll().contains("Connection: close"))
            await drained
            #expect(server.http.connections == 0)
            withExtendedLifetime(silent) {}
        }
    }
}

private final class Seen: Sendable {
    let server = Mutex<HTTPServer?>(nil)
    let steps = Atomic(0)
}
