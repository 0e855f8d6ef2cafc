@testable import HelioHTTP
import HelioLoop
import TestSupport
import Testing

private func get(_ path: String, _ extra: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\(extra)\r\n" }

@Suite struct ServerTests {
    @Test func answer_HasDateAndLength() async throws {
        try await LiveServer.run { (server) async throws in
            let answer = try await server.talk(get("/status"))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
            #expect(answer.hasSuffix("GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
        }
    }

    @Test(arguments: ["/status", "/peer", "/pieces", "/empty", "/unchanged", "/nothing", "/dropped", "/late"])
    func head_HasTheHeadersOfGet_AndNoBody(path: String) async throws {
        try await LiveServer.run { (server) async throws in
            func lines(_ answer: String) -> [Substring] { answer.split(separator: "\r\n").filter { !$0.hasPrefix("Date") } }
            let get = try await server.talk("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            let head = try await server.talk("HEAD \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(head.hasSuffix("\r\n\r\n"))
            #expect(get.firstRange(of: "\r\n\r\n").map { lines(String(get[..<$0.upperBound])) } == lines(head))
        }
    }

    /// RFC 9110 section 8.6 forbids a length with 204, and with 304 any but that of the body which is not sent.
    @Test(arguments: ["/empty", "/unchanged"]) func answerWithoutBody_HasNoFraming(path: String) async throws {
        try await LiveServer.run { (server) async throws in
            let all = try await server.talk(get(path) + get("/status"))
            let first = try #require(all.firstRange(of: "\r\n\r\n").map { all[..<$0.upperBound] })
            #expect(!first.contains("Content-Length") && !first.contains("Transfer-Encoding"))
            #expect(all[first.endIndex...].hasPrefix("HTTP/1.1 200 OK"), "nothing stands between it and the next")
        }
    }

    @Test func methods_AreHeldAgainstTheRoute() async throws {
        try await LiveServer.run { (server) async throws in
            let options = try await server.talk("OPTIONS /status HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(options.hasPrefix("HTTP/1.1 200 OK\r\n") && options.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"))
            let wrong = try await server.talk("POST /status HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(wrong.contains("405") && wrong.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"))
            #expect(wrong.hasSuffix(#"{"errors":[{"context":null,"message":"The method is not allowed here.","exceptionName":null}]}"#))
            let refused = try await server.talk("OPTIONS /peer HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(refused.contains("405") && refused.contains("\r\nAllow: GET, HEAD\r\n"))
            for answer in [options, wrong, refused] { #expect(answer.components(of: "\r\nAllow: ") == 1) }
        }
    }

    @Test func refusal_EchoesNothing_AndEndsTheConnection() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send("GET /<script> HTTP/1.1\r\nHost: h\r\n\r\n" + get("/status"))
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 400") && answer.contains("\r\nConnection: close\r\n") && !answer.contains("script"))
            #expect(answer.components(of: "HTTP/1.1 ") == 1, "what follows is not parsed")
            #expect(server.record.contains(.refused(.badTarget)))
        }
    }

    @Test func refusal_HasItsBody_AfterAHead() async throws {
        try await LiveServer.run { (server) async throws in
            let both = try await server.talk("HEAD /status HTTP/1.1\r\nHost: h\r\n\r\nBREW / HTTP/1.1\r\n")
            #expect(both.hasSuffix("}]}"))
        }
    }

    @Test func answers_ComeInOrder_WhenTenThousandArePipelined() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            let task = Task.detached {
                for _ in 0..<100 { try await client.send(String(repeating: get("/status"), count: 99) + get("/late")) }
                client.finishSending()
            }
            let all = try await client.receiveAll(within: 20)
            try await task.value
            #expect(all.components(of: "HTTP/1.1 200 OK") == 10_000 && all.components(of: "late") == 100)
            #expect(all.hasSuffix("late"))
        }
    }

    @Test func pipelining_DuringAnAnswer_WaitsItsTurn() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send(get("/held") + get("/pieces") + get("/status"))
            client.finishSending()
            try await eventually("it is with its handler") { server.held.count == 1 }
            #expect(try await client.receive(within: 0.03) == nil)
            server.held.release()
            let all = try await client.receiveAll()
            let order = ["held", "5\r\nxxxxx\r\n0\r\n\r\n", "{}"].compactMap { all.firstRange(of: $0)?.lowerBound }
            #expect(order.count == 3 && order == order.sorted())
        }
    }

    @Test func body_IsTaken_WhenItComesInPieces() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            let body = String(repeating: "b", count: 90_000)
            try await client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send(body + get("/status"))
            client.finishSending()
            let all = try await client.receiveAll()
            #expect(all.contains(body) && all.hasSuffix("{}"))
            #expect(all.components(of: "HTTP/1.1 200 OK") == 2)
        }
    }

    @Test func body_ShorterThanItsLength_Is400() async throws {
        try await LiveServer.run { (server) async throws in
            #expect(try await server.talk("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc").hasPrefix("HTTP/1.1 400"))
            #expect(try await server.talk("GET / HT").hasPrefix("HTTP/1.1 400"))
        }
    }

    /// A reset in the middle of its body would take the answer from a client that reads only afterwards.
    @Test(arguments: ["POST /nowhere", "PUT /status"]) func refusal_ComesBeforeTheBodyEnds_WithoutAReset(request: String) async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send("\(request) HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n")
            try await eventually("it is refused") { server.record.all.count == 1 }
            for _ in 0..<60 { try await client.send([UInt8](repeating: 0x78, count: 1000)) }
            client.finishSending()
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 40") && answer.contains("Connection: close"))
        }
    }

    @Test func http10_IsAnsweredWithoutChunks() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send("GET /status HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let all = try await client.receiveAll()
            #expect(all.contains("Connection: keep-alive") && all.contains("Connection: close"))
            #expect(all.hasSuffix("\r\n\r\nxxxxxxxxxxxxxxx") && !all.contains("chunked"))
        }
    }

    @Test func stream_IsChunked_AndAnotherRequestMayFollow() async throws {
        try await LiveServer.run { (server) async throws in
            let all = try await server.talk(get("/pieces") + get("/status"))
            #expect(all.contains("Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n5\r\nxxxxx\r\n5\r\nxxxxx\r\n0\r\n\r\nHTTP/1.1 200 OK"))
        }
    }

    @Test func stream_IsNotEnded_ByAnEmptyPiece() async throws {
        let routes = { (router: inout Router) in router.add(.get, "/slow") { _, responder in responder.send(Response(body: .stream(Pieces(3, size: 0)))) } }
        try await LiveServer.run(routes: routes) { (server) async throws in
            let all = try await server.talk(get("/slow") + get("/status"))
            #expect(all.contains("chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK"), "one end, after three pieces of nothing")
        }
    }

    @Test func stream_IsNeverEnded_WhenItsProducerFails() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send(get("/broken"))
            var all: [UInt8] = []
            await #expect(throws: RawSocket.Failure.self, "a reset, not an end") {
                while let piece = try await client.receive(), !piece.isEmpty { all += piece }
            }
            #expect(!String(decoding: all, as: UTF8.self).contains("0\r\n\r\n"))
            try await eventually("it is told") { server.record.contains(.cut(.producerFailed)) }
        }
    }

    @Test func halfClose_GetsTheWholeAnswer() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send(get("/held"))
            client.finishSending()
            try await eventually("it is with its handler") { server.held.count == 1 }
            #expect(try await client.receive(within: 0.03) == nil)
            server.held.release()
            #expect(try await client.receiveAll().hasSuffix("held"))
        }
    }

    @Test func unanswered_Is500() async throws {
        try await LiveServer.run { (server) async throws in
            #expect(try await server.talk(get("/dropped")).hasPrefix("HTTP/1.1 500"))
            #expect(try await server.talk(get("/forgotten")).hasPrefix("HTTP/1.1 500"))
        }
    }

    @Test func peer_IsTheAddress_OrTheSocket() async throws {
        let directory = try TemporaryDirectory()
        try await LiveServer.run { (server) async throws in
            #expect(try await server.talk(get("/peer")).hasSuffix(#"tcp(address: "127.0.0.1")"#))
            _ = try await server.http.listen(on: .unix(path: directory.path + "/s"))
            let client = try RawSocket(path: directory.path + "/s")
            try await client.send(get("/peer", "Connection: close\r\n"))
            #expect(try await client.receiveAll().hasSuffix("unix"))
        }
    }

    @Test func observer_IsToldRouteStatusAndBytes() async throws {
        try await LiveServer.run { (server) async throws in
            let answer = try await server.talk("HEAD /status?secret HTTP/1.1\r\nHost: h\r\n\r\n")
            let exchange = try #require(server.record.all.first)
            #expect(exchange.route == "/status" && exchange.method == .head && exchange.status == 200)
            #expect(exchange.bytes == answer.utf8.count && exchange.ending == .answered && exchange.duration < .seconds(1))
        }
    }
}

extension String {
    /// How often `part` stands in it.
    func components(of part: String) -> Int { ranges(of: part).count }
}
