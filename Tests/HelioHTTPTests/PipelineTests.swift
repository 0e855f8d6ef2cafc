@testable import HelioHTTP
import HelioLoop
import Synchronization
import TestSupport
import Testing

private func request(_ path: String, _ method: String = "GET") -> String { "\(method) \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }

/// More requests at once than one turn of a connection has room for.
@Suite struct PipelineTests {
    /// Their answers are short, and never too much for the peer; each may have taken long to make.
    @Test func longPipeline_LetsOthersBeAnsweredInBetween() async throws {
        let (counted, seen, gate) = (Counter(), Seen(), Gate())
        try await LiveServer.run(routes: { router in
            router.add(.get, "/counted") { _, responder in
                counted.add()
                responder.send(Response(body: .bytes(Array(repeating: 0x78, count: 1000))))
            }
            router.add(.get, "/asked") { _, responder in
                seen.count.store(counted.value, ordering: .relaxed)
                responder.send(Response(status: 204))
            }
        }) { (server) async throws in
            let (many, one) = (try server.client(), try server.client())
            for client in [many, one] {
                try await client.send(request("/status"))
                _ = try await client.receive(until: "{}")
            }
            server.loop.execute { gate.hold() }
            defer { gate.isOpen.store(true, ordering: .relaxed) }
            try await eventually("the loop stands") { gate.holds.load(ordering: .relaxed) }
            let head = request("/counted", "HEAD")
            let count = ConnectionTable.readBytes / head.utf8.count
            for (client, text) in [(many, String(repeating: head, count: count)), (one, request("/asked"))] {
                try await client.send(text)
                try await eventually("the kernel has it") { client.unacknowledgedBytes == 0 }
            }
            gate.isOpen.store(true, ordering: .relaxed)
            #expect(try await one.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 204"))
            #expect(seen.count.load(ordering: .relaxed) <= ConnectionTable.turnRequests)
            try await eventually("the others are answered") { counted.value == count }
        }
    }

    /// What the peer has sent before it finished sending is answered, however many turns that takes.
    @Test func longPipeline_IsAnsweredInOrder_ThoughThePeerHasFinished() async throws {
        let count = 7 * ConnectionTable.turnRequests + 1
        try await LiveServer.run(routes: { router in
            router.add(.get, "/number/{}") { request, responder in
                responder.send(Response(body: .bytes(Array("<\(request.parameter(0))>".utf8))))
            }
        }) { (server) async throws in
            let client = try server.client()
            try await client.send(request("/held") + (0..<count).map { request("/number/\($0)") }.joined())
            client.finishSending()
            try await eventually("the first is with its handler") { server.held.count == 1 }
            #expect(try await client.receive(within: 0.03) == nil)
            server.held.release()
            let answers = try await client.receiveAll()
            let numbers = answers.split(separator: "<").dropFirst().map { answer in String(answer.prefix { $0 != ">" }) }
            #expect(numbers == (0..<count).map { "\($0)" })
        }
    }

    @Test func longPipeline_EndsWithTheNextAnswer_WhenTheServerDrains() async throws {
        let count = 7 * ConnectionTable.turnRequests
        let (counted, seen) = (Counter(), Seen())
        try await LiveServer.run(routes: { router in
            router.add(.get, "/counted") { _, responder in
                counted.add()
                // The last of its turn: the drain begins before the next one.
                if counted.value == ConnectionTable.turnRequests { seen.drain() }
                responder.send(Response(status: 204))
            }
        }) { (server) async throws in
            seen.server.withLock { $0 = server.http }
            defer { seen.server.withLock { $0 = nil } }
            let client = try server.client()
            try await client.send(String(repeating: request("/counted"), count: count))
            let all = try await client.receiveAll()
            let answers = all.components(of: "HTTP/1.1 204")
            #expect(answers > ConnectionTable.turnRequests && answers < count, "and the one under way when it began is not cut")
            #expect(all.components(of: "Connection: close") == 1)
        }
    }
}

private final class Seen: Sendable {
    let server = Mutex<HTTPServer?>(nil)
    let count = Atomic(0)

    /// On the server's loop, so that it begins after what the loop does just now and before what it does next.
    func drain() {
        let server = server.withLock { $0 }
        _ = server?.assumeIsolated { http in Task { await http.drain(within: .seconds(20)) } }
    }
}
