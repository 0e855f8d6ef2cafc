@testable import HelioHTTP
import Glibc
import HelioLoop
import TestSupport
import Testing

/// What the protocol allows and only a hostile client does, or one that is unlucky.
@Suite struct TLSAbuseTests {
    private let directory: TemporaryDirectory
    private let context: TLSContext

    init() throws {
        directory = try TemporaryDirectory()
        let fixture = try CertificateFixture(in: directory.path, "node")
        context = try TLSContext(certificateFile: fixture.certificate, keyFile: fixture.key)
    }

    private func run(_ routes: (inout Router) -> Void = { _ in }, _ body: (LiveServer) async throws -> Void) async throws {
        let context = context
        try await LiveServer.run(tls: { context }, routes: routes, body)
    }

    private let request = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n"

    /// What a session holds of a record is no use before the rest comes, and nobody is to be woken for it meanwhile.
    @Test func halfARecord_KeepsNobodyBusy() async throws {
        try await run { (server) async throws in
            let client = try server.client()
            for byte in [0x16, 0x03] as [UInt8] {
                let before = await server.http.handshakeSteps
                try await client.send([byte])
                try await eventually("it is read") { await server.http.handshakeSteps > before }
            }
            try await Pace.take(.milliseconds(100))
            #expect(await server.http.handshakeSteps <= 3, "one with the connection, one for each byte")
        }
    }

    /// Each costs the server much more than the client, and OpenSSL takes them as long as there are any, without coming back.
    @Test func renewalsOfKeys_EndTheConnection_WhenNothingElseComes() async throws {
        try await run { (server) async throws in
            let client = try await RekeyingClient(port: server.port)
            for _ in 0..<10_000 { client.renewKeys() }
            try? await client.raw.send(client.made())  // a reset may come in the middle
            try await eventually("it is cut") { server.record.contains(.cut(.peerVanished)) }
        }
    }

    /// A request every now and then does not make up for them.
    @Test func renewalsOfKeys_EndTheConnection_WhenLittleElseComes() async throws {
        try await run { (server) async throws in
            let client = try await RekeyingClient(port: server.port)
            for _ in 0..<20 {
                for _ in 0..<2000 { client.renewKeys() }
                client.say(request)
                do { try await client.raw.send(client.made()) } catch { break }  // it may be reset by now
            }
            try await eventually("it is cut") { server.record.contains(.cut(.peerVanished)) }
        }
    }

    @Test func renewalsOfKeys_DoNoHarm_BesideRequests() async throws {
        try await run { router in
            router.add(.get, "/large") { _, responder in responder.send(Response(body: .bytes(Array(repeating: 0x78, count: 1000)))) }
        } _: { (server) async throws in
            let client = try await RekeyingClient(port: server.port)
            for _ in 0..<50 {
                for _ in 0..<20 { client.renewKeys(isAnswered: true) }
                client.say(request)
                try await client.raw.send(client.made())
                #expect(try await client.hear(1000) >= 1000)
            }
        }
    }

    /// The server has to say something of its own while an answer waits for the reader.
    @Test func answer_ComesWhole_WhenKeysAreRenewedWhileItWaits() async throws {
        let (size, count) = (1_000_000, 12)
        try await run { router in
            router.add(.get, "/large") { _, responder in responder.send(Response(body: .bytes(Array(repeating: 0x78, count: size)))) }
        } _: { (server) async throws in
            let client = try await RekeyingClient(port: server.port, receiveBuffer: 4096)
            for _ in 0..<count {
                client.say(request)
                for _ in 0..<3 {
                    client.renewKeys(isAnswered: true)
                    client.say("")
                    try await client.raw.send(client.made())
                }
            }
            try await eventually("an answer waits") { await server.http.held.output > 0 }
            #expect(try await client.hear(size * count) >= size * count)
        }
    }
}
