import Glibc
@testable import HelioHTTP
import HelioLoop
import Synchronization
import TestSupport
import Testing

/// Bodies that are made elsewhere, while the peer waits.
@Suite struct FedBodyTests {
    /// What a maker has done, seen from the test.
    private final class Maker: Sendable {
        let sent = Atomic(0)
        let isOver = Atomic(false)
        let goesOn = Atomic(false)

        func note(_ bytes: Int) { sent.add(bytes, ordering: .relaxed) }
        var total: Int { sent.load(ordering: .relaxed) }
        var hasEnded: Bool { isOver.load(ordering: .relaxed) }
        func release() { goesOn.store(true, ordering: .relaxed) }

        func waitForRelease() async throws {
            while !goesOn.load(ordering: .relaxed) { try await Pace.take(.milliseconds(2)) }
        }
    }

    private struct GivenUp: Error {}

    private func serve(
        _ configuration: Configuration = .quick, _ make: @escaping @Sendable (BodyFeed) async throws -> Void,
        _ body: (LiveServer) async throws -> Void
    ) async throws {
        try await LiveServer.run(
            configuration, routes: { $0.add(.get, "/fed") { _, responder in responder.send(Response(body: .stream(FedBody(make)))) } }, body)
    }

    private func request(_ method: String = "GET") -> String { "\(method) /fed HTTP/1.1\r\nHost: x\r\n\r\n" }

    @Test func pieces_GoOutWhenTheyCome_AndTheConnectionGoesOn() async throws {
        let maker = Maker()
        try await serve { feed in
            try await feed.send(Array("one".utf8))
            try await maker.waitForRelease()
            try await feed.send(Array("two".utf8))
        } _: { server in
            let client = try server.client()
            try await client.send(request())
            // The first is here while the second has not been made.
            _ = try await client.receive(until: "3\r\none\r\n")
            maker.release()
            _ = try await client.receive(until: "3\r\ntwo\r\n0\r\n\r\n")
            try await client.send("GET /status HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await client.receive(until: "{}")
            #expect(server.record.all.map(\.ending) == [.answered, .answered])
        }
    }

    @Test func waitingForAPiece_IsNoSlowReading() async throws {
        var configuration = Configuration.quick
        configuration.drainWindow = .milliseconds(50)
        configuration.idleDeadline = .milliseconds(50)
        let maker = Maker()
        try await serve(configuration) { feed in
            try await feed.send(Array("one".utf8))
            // Many times either deadline.
            try await Pace.take(.milliseconds(500))
            try await feed.send(Array("two".utf8))
            maker.release()
        } _: { server in
            let client = try server.client()
            try await client.send(request())
            _ = try await client.receive(until: "3\r\ntwo\r\n0\r\n\r\n")
            #expect(server.record.all.map(\.ending) == [.answered])
        }
    }

    @Test func maker_IsHeldBack_WhileThePeerIsSlow() async throws {
        let maker = Maker()
        try await serve { feed in
            let piece = [UInt8](repeating: 0x78, count: 16 * 1024)
            for _ in 0..<4096 {
                try await feed.send(piece)
                maker.note(piece.count)
            }
        } _: { server in
            let client = try server.client(receiveBuffer: 8192)
            try await client.send(request())
            _ = try await client.receive(until: "x")
            var before = -1
            // It stops by itself, far from its 64 MiB: what the kernel takes, and a few pieces.
            try await eventually("the maker waits") {
                let now = maker.total
                defer { before = now }
                try await Pace.take(.milliseconds(100))
                return now == before
            }
            #expect(maker.total < 16 << 20)
        }
    }

    @Test func maker_IsCancelled_WhenThePeerGoes() async throws {
        let maker = Maker()
        try await serve { feed in
            defer { maker.isOver.store(true, ordering: .relaxed) }
            while true {
                try await feed.send([0x0A])
                maker.note(1)
                try await Pace.take(.milliseconds(10))
            }
        } _: { server in
            do {
                let client = try server.client()
                try await client.send(request())
                try await eventually("it is being made") { maker.total > 3 }
            }
            try await eventually("it is given up") { maker.hasEnded }
            try await eventually("the connection is gone") { server.http.connections == 0 }
        }
    }

    @Test func maker_IsCancelled_WhenTheServerStops() async throws {
        let maker = Maker()
        try await serve { feed in
            defer { maker.isOver.store(true, ordering: .relaxed) }
            try await maker.waitForRelease()
        } _: { server in
            let client = try server.client()
            try await client.send(request())
            _ = try await client.receive(until: "chunked")
            await server.http.drain(within: .zero)
            try await eventually("it is given up") { maker.hasEnded }
        }
    }

    @Test func body_IsNeverEnded_WhenItsMakerFails() async throws {
        let maker = Maker()
        try await serve { feed in
            try await feed.send(Array("one".utf8))
            try await maker.waitForRelease()
            throw GivenUp()
        } _: { server in
            let client = try server.client()
            try await client.send(request())
            _ = try await client.receive(until: "3\r\none\r\n")
            maker.release()
            // A reset and no end.
            let end = await #expect(throws: RawSocket.Failure.self) { try await client.receiveAll() }
            #expect(end?.code == ECONNRESET)
            try await eventually("it is told") { server.record.contains(.cut(.producerFailed)) }
        }
    }

    @Test func head_MakesNothing() async throws {
        let maker = Maker()
        try await serve { feed in
            maker.note(1)
            try await feed.send([0x78])
        } _: { server in
            let client = try server.client()
            try await client.send(request("HEAD") + "GET /status HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await client.receive(until: "{}")
            #expect(maker.total == 0)
        }
    }
}
