@testable import HelioHTTP
import Dispatch
import HelioLoop
import Synchronization
import TestSupport
import Testing

/// Several loops behind one address.
@Suite struct ServerGroupTests {
    private final class Scene: Sendable {
        let loops: [EventLoop]
        let group: HTTPServerGroup
        let open = OpenConnections()
        private let bound = Mutex<UInt16>(0)

        var port: UInt16 { bound.withLock { $0 } }

        init(_ configuration: Configuration = .quick, _ routes: (inout Router, [EventLoop]) -> Void = { _, _ in }) throws {
            let loops = [try EventLoop.start(), try EventLoop.start(name: "loop 2")]
            self.loops = loops
            var router = Router()
            router.add(.get, "/loop") { _, responder in
                responder.send(Response(body: .bytes(Array("<\(loops.firstIndex { $0.isCurrent } ?? -1)>".utf8))))
            }
            routes(&router, loops)
            group = HTTPServerGroup(loops: loops, configuration: configuration, router: router, openConnections: open)
        }

        func run(_ body: (Scene) async throws -> Void) async throws {
            do {
                guard case .tcp(_, let port)? = try await group.listen(on: [.tcp(host: "127.0.0.1", port: 0)]).first else { return }
                bound.withLock { $0 = port }
                try await body(self)
            } catch {
                await end()
                throw error
            }
            await end()
        }

        private func end() async {
            await group.drain(within: .zero)
            for loop in loops { loop.stop() }
        }

        /// Which loop serves this connection.
        func loop(of client: RawSocket) async throws -> Substring {
            try await client.send("GET /loop HTTP/1.1\r\nHost: h\r\n\r\n")
            return try await client.receive(until: ">").split(separator: "<").last ?? ""
        }
    }

    @Test func connections_AreServed_WhileOneOfTheLoopsIsBusy() async throws {
        let entered = Mutex(-1)
        let isFree = DispatchSemaphore(value: 0)
        let scene = try Scene { router, loops in
            router.add(.get, "/busy") { _, responder in
                entered.withLock { $0 = loops.firstIndex { $0.isCurrent } ?? -1 }
                isFree.wait()
                responder.send(Response(status: 204))
            }
        }
        try await scene.run { (scene) async throws in
            defer { isFree.signal() }
            let first = try RawSocket(port: scene.port)
            try await first.send("GET /busy HTTP/1.1\r\nHost: h\r\n\r\n")
            try await eventually("a loop is busy") { entered.withLock { $0 } >= 0 }
            let other = "\(1 - entered.withLock { $0 })>"
            for _ in 0..<20 { #expect(try await scene.loop(of: RawSocket(port: scene.port)) == other) }
        }
    }

    /// Two loops, sixteen connections, and on each the answers in the order of the requests, all of the same loop.
    @Test func answers_ComeInOrder_OnEachConnection() async throws {
        let scene = try Scene { router, _ in
            router.add(.get, "/number") { request, responder in
                responder.send(Response(body: .bytes(Array("[\(request.header("X-Number") ?? "")]".utf8))))
            }
        }
        try await scene.run { (scene) async throws in
            let clients = try (0..<16).map { _ in try RawSocket(port: scene.port) }
            for (index, client) in clients.enumerated() {
                let requests = (0..<200).map { "GET /number HTTP/1.1\r\nHost: h\r\nX-Number: \(index)-\($0)\r\n\r\n" }
                try await client.send(requests.joined() + "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            }
            for (index, client) in clients.enumerated() {
                let text = try await client.receiveAll()
                let answers = text.split(separator: "[").dropFirst().compactMap { $0.split(separator: "]").first }
                #expect(answers.prefix(200) == (0..<200).map { Substring("\(index)-\($0)") }[...])
            }
        }
    }

    @Test func limit_IsOnAllConnectionsTogether() async throws {
        var few = Configuration.quick
        few.connections = 4
        let pending = Held()
        let held = try Scene(few) { router, _ in router.add(.get, "/held") { _, responder in pending.add(responder.detach()) } }
        try await held.run { (scene) async throws in
            defer { pending.release() }
            let clients = try (0..<4).map { _ in try RawSocket(port: scene.port) }
            for client in clients { try await client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n") }
            try await eventually("all are with their handler") { pending.count == 4 }
            #expect(scene.open.value == 4)
            let fifth = try RawSocket(port: scene.port)
            try await fifth.send("GET /loop HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await fifth.receiveAll().hasPrefix("HTTP/1.1 503"))
        }
    }

    /// All slow clients are on one loop, and newcomers come to the other as well.
    @Test func newcomer_IsMadeWayFor_ByWhicheverLoopKeepsOthers() async throws {
        var few = Configuration.quick
        (few.connections, few.patience) = (128, .milliseconds(1))
        let isFree = DispatchSemaphore(value: 0)
        let entered = Mutex(-1)
        let group = try Scene(few) { router, loops in
            router.add(.get, "/busy") { _, responder in
                entered.withLock { $0 = loops.firstIndex { $0.isCurrent } ?? -1 }
                isFree.wait()
                responder.send(Response(status: 204))
            }
        }
        try await group.run { (scene) async throws in
            let first = try RawSocket(port: scene.port)
            try await first.send("GET /busy HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            try await eventually("a loop is busy") { entered.withLock { $0 } >= 0 }
            let slow = try (0..<127).map { _ in try RawSocket(port: scene.port) }
            for client in slow { try await client.send("G") }
            try await eventually("they are all here") { scene.open.value == 128 }
            isFree.signal()
            #expect(try await first.receiveAll().hasPrefix("HTTP/1.1 204"))
            // One after the other is displaced, on the other loop, until this one has had its share of newcomers.
            var (newcomers, loops) = ([RawSocket](), [Substring: Int]())
            try await eventually("newcomers are served by the loop that was busy") {
                newcomers.append(try RawSocket(port: scene.port))
                loops[try await scene.loop(of: newcomers[newcomers.count - 1]), default: 0] += 1
                return newcomers.count >= 40 && loops["\(entered.withLock { $0 })>", default: 0] >= 2
            }
            try await eventually("the limit holds") { scene.open.value <= 128 }
            withExtendedLifetime((slow, newcomers)) {}
        }
    }

    /// A connection that waits in the kernel when the sockets close is answered, by whichever loop.
    @Test func drain_EndsEveryLoop_AndTheAddressIsFree() async throws {
        let scene = try Scene()
        try await scene.run { (scene) async throws in
            let clients = try (0..<8).map { _ in try RawSocket(port: scene.port) }
            for client in clients { _ = try await scene.loop(of: client) }
            await scene.group.drain(within: .seconds(5))
            #expect(scene.open.value == 0)
            for client in clients { #expect(try await client.receiveAll() == "") }
            #expect(throws: RawSocket.Failure.self) { try RawSocket(port: scene.port) }
        }
    }
}
