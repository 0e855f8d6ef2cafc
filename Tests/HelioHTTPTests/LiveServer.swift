@testable import HelioHTTP
import Glibc
import HelioLoop
import Synchronization
import TestSupport

/// A server on its own loop and a free port, with routes for the tests.
final class LiveServer: Sendable {
    let loop: EventLoop
    let http: HTTPServer
    let port: UInt16
    let record = Record()
    let held = Held()

    /// - Parameter path: of a Unix socket instead of a port.
    static func run(
        _ configuration: Configuration = .quick, tls: @escaping @Sendable () -> TLSContext? = { nil }, routes: (inout Router) -> Void = { _ in }, _ body: (LiveServer) async throws -> Void
    ) async throws {
        let server = try await LiveServer(configuration, tls, routes)
        do { try await body(server) } catch {
            await server.end()
            throw error
        }
        await server.end()
    }

    private init(
        _ configuration: Configuration, _ tls: @escaping @Sendable () -> TLSContext?, _ routes: (inout Router) -> Void
    ) async throws {
        loop = try EventLoop.start()
        var router = Router()
        router.addTestRoutes(held)
        routes(&router)
        let record = record
        http = HTTPServer(loop: loop, configuration: configuration, router: router) { record.append($0) }
        guard case .tcp(_, let port) = try await http.listen(on: .tcp(host: "127.0.0.1", port: 0), tls: tls) else { throw LoopError.badHost("") }
        self.port = port
    }

    private func end() async {
        held.release()
        await http.drain(within: .zero)
        loop.stop()
    }

    func client(receiveBuffer: Int32? = nil) throws -> RawSocket { try RawSocket(port: port, receiveBuffer: receiveBuffer) }

    /// Has the kernel keep no more than about twice that of what is sent to a client: otherwise it takes megabytes on the loopback, and far
    /// less from a client elsewhere. For connections from now on.
    func limitSendBuffers(to bytes: Int32) async throws {
        for descriptor in try await http.shareListeners() {
            var bytes = bytes
            setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, 4)
            close(descriptor)
        }
    }

    /// Sends `text`, finishes, and returns everything that comes back.
    func talk(_ text: String) async throws -> String {
        let client = try client()
        try await client.send(text)
        client.finishSending()
        return try await client.receiveAll()
    }
}

/// Requests to `/held`, answered when the test says so.
final class Held: Sendable {
    private let pending = Mutex<[PendingResponse]>([])
    var count: Int { pending.withLock { $0.count } }
    func add(_ response: PendingResponse) { pending.withLock { $0.append(response) } }

    func release() {
        let all = pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
        for response in all { response.send(Response(body: .bytes(Array("held".utf8)))) }
    }
}

/// Holds the thread that comes to it until it is opened.
final class Gate: Sendable {
    let holds = Atomic(false)
    let isOpen = Atomic(false)

    func hold() {
        holds.store(true, ordering: .relaxed)
        while !isOpen.load(ordering: .relaxed) { Pace.block(milliseconds: 1) }
    }
}

/// What the observer was told.
final class Record: Sendable {
    private let exchanges = Mutex<[Exchange]>([])
    var all: [Exchange] { exchanges.withLock { $0 } }
    func append(_ exchange: Exchange) { exchanges.withLock { $0.append(exchange) } }
    func contains(_ ending: Exchange.Ending) -> Bool { all.contains { $0.ending == ending } }
}

extension Configuration {
    /// Deadlines that a test can wait for.
    static var quick: Configuration {
        var quick = Configuration()
        quick.sweepInterval = .milliseconds(10)
        quick.lingerDeadline = .milliseconds(200)
        quick.drainGrace = .milliseconds(100)
        return quick
    }
}

/// `pieces` pieces of `size` bytes, then the end, or an error.
final class Pieces: BodyProducer {
    struct Broken: Error {}

    private let left: Mutex<Int>
    private let size: Int
    private let breaks: Bool
    let retainedBytes: Int
    static let alive = Atomic(0)

    /// - Parameter retaining: bytes that it says to keep besides.
    init(_ pieces: Int, size: Int, breaks: Bool = false, retaining: Int = 0) {
        left = Mutex(pieces)
        self.size = size
        self.breaks = breaks
        retainedBytes = retaining
        Self.alive.add(1, ordering: .relaxed)
    }

    deinit { Self.alive.subtract(1, ordering: .relaxed) }

    func produce(into output: inout [UInt8]) throws -> Bool {
        let left = left.withLock { left in
            left -= 1
            return left
        }
        if left < 0, breaks { throw Broken() }
        output.append(contentsOf: repeatElement(0x78, count: size))
        return left > 0 || breaks
    }
}

extension Router {
    mutating func addTestRoutes(_ held: Held) {
        let status = PreparedResponse(status: 200, headers: [("Content-Type", "application/json")], body: Array("{}".utf8))
        add(.get, "/status", allowsOptions: true) { _, responder in responder.send(status) }
        add(.post, "/echo", bodyLimit: 100_000) { request, responder in responder.send(Response(body: .bytes(request.body))) }
        add(.get, "/peer") { request, responder in responder.send(Response(body: .bytes(Array("\(request.peer)".utf8)))) }
        add(.get, "/pieces") { _, responder in responder.send(Response(body: .stream(Pieces(3, size: 5)))) }
        add(.get, "/flood") { _, responder in responder.send(Response(body: .stream(Pieces(1_000_000, size: 65_536)))) }
        add(.get, "/broken") { _, responder in responder.send(Response(body: .stream(Pieces(1, size: 5, breaks: true)))) }
        add(.get, "/empty") { _, responder in responder.send(Response(status: 204)) }
        add(.get, "/unchanged") { _, responder in responder.send(Response(status: 304, headers: [("ETag", "\"1\"")])) }
        add(.get, "/dropped") { _, _ in }
        add(.get, "/late") { _, responder in
            let pending = responder.detach()
            Task { pending.send(Response(body: .bytes(Array("late".utf8)))) }
        }
        add(.get, "/held") { _, responder in held.add(responder.detach()) }
        add(.get, "/forgotten") { _, responder in _ = responder.detach() }
    }
}
