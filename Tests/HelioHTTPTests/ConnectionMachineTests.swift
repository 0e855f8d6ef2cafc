@testable import HelioHTTP
import Testing

/// What a machine does with bytes, as words, each request answered at once.
func actions(_ pieces: [[UInt8]], router: Router = .sample) -> [String] {
    var machine = ConnectionMachine()
    var waiting: [UInt8] = []
    var seen: [String] = []
    let rules = Rules(router: router, configuration: Configuration())
    for piece in pieces {
        waiting += piece
        while true {
            let step = machine.next(waiting.span, rules)
            precondition(step.consumed <= waiting.count)
            waiting.removeFirst(step.consumed)
            guard let word = describe(step.action) else { break }
            seen.append(word)
            if word == "continue" { break }
            machine.finishAnswer(keepsAlive: machine.reply.keepsAlive)
        }
    }
    return seen + (machine.phase == .idle ? [] : ["\(machine.phase)"])
}

private func describe(_ action: ConnectionMachine.Action) -> String? {
    switch action {
    case .wait: nil
    case .sendContinue: "continue"
    case .handle(let request, _): "\(request.method.rawValue) \(String(decoding: request.path, as: UTF8.self)) \(request.body.count)"
    case .refuse(let refusal): "\(refusal.status)"
    }
}

extension Router {
    static var sample: Router {
        var router = Router()
        router.add(.get, "/status", allowsOptions: true) { _, _ in }
        router.add(.post, "/notify", bodyLimit: 10) { _, _ in }
        router.add(.delete, "/notify") { _, _ in }
        return router
    }
}

@Suite struct ConnectionMachineTests {
    private static let get = "GET /status HTTP/1.1\r\nHost: h\r\n\r\n"

    private static func post(_ length: Int, _ extra: String = "", body: String = "") -> String {
        "POST /notify HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\(extra)\r\n\(body)"
    }

    static let conversations: [(String, [String])] = [
        (get + get + get, ["GET /status 0", "GET /status 0", "GET /status 0"]),
        (get + "GET / HTTP/2.0\r\n\r\n" + get, ["GET /status 0", "400", "finished"]),
        (post(3, body: "abc") + get, ["POST /notify 3", "GET /status 0"]),
        (post(3, body: "ab"), ["body"]), (post(3, body: "abcGET"), ["POST /notify 3", "head"]),
        (post(11), ["413", "finished"]), (post(10_000_000), ["413", "finished"]),
        (post(3, "Transfer-Encoding: chunked\r\n", body: "3\r\nabc\r\n0\r\n\r\n"), ["400", "finished"]),
        ("POST /notify HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;ext\r\nabc\r\n0\r\nHost: x\r\n\r\n" + get, ["411", "finished"]),
        ("GET /status HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", ["400", "finished"]),
        ("HEAD /status HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", ["HEAD /status 0"]),
        ("DELETE /notify HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na", ["413", "finished"]),
        // expectations
        (post(3, "Expect: 100-continue\r\n"), ["continue", "body"]),
        (post(3, "Expect: 100-continue\r\n", body: "abc"), ["POST /notify 3"]),
        (post(0, "Expect: 100-continue\r\n"), ["POST /notify 0"]), (post(3, "Expect: tea\r\n", body: "abc"), ["417", "finished"]),
        (post(3, "Expect: 100-continue\r\nExpect: 100-continue\r\n", body: "abc"), ["417", "finished"]),
        ("GET /status HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n" + get, ["417", "finished"]),
        ("GET /status HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\n", ["GET /status 0"]),
        (post(11, "Expect: 100-continue\r\n"), ["413", "finished"]),
        // routes
        ("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n" + get, ["404", "GET /status 0"]),
        ("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + get, ["404", "finished"]),
        ("POST /status HTTP/1.1\r\nHost: h\r\n\r\n" + get, ["405", "GET /status 0"]),
        ("POST /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + get, ["405", "finished"]),
        ("OPTIONS /status HTTP/1.1\r\nHost: h\r\n\r\n", ["OPTIONS /status 0"]),
        ("OPTIONS /notify HTTP/1.1\r\nHost: h\r\n\r\n", ["405"]), ("TRACE /status HTTP/1.1\r\nHost: h\r\n\r\n", ["405"]),
        ("PATCH /status HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde", ["405", "finished"]),
        ("BREW /status HTTP/1.1\r\nHost: h\r\n\r\n" + get, ["405", "finished"]), ("BREW /nothing HTTP/1.1\r\nHost: h\r\n\r\n", ["405", "finished"]),
        ("GET /status HTTP/1.0\r\n\r\n" + get, ["GET /status 0", "finished"]),
    ]

    @Test(arguments: conversations)
    func machine_DoesTheSame_HoweverTheBytesAreSplit(bytes: String, expected: [String]) {
        let bytes = Array(bytes.utf8)
        #expect(actions([bytes]) == expected)
        // Byte by byte, a body that is already here cannot be told from one that still comes: leave is given to send it.
        let single = actions(bytes.map { [$0] })
        #expect(single.filter { $0 != "continue" } == expected.filter { $0 != "continue" })
    }

    @Test func request_HoldsWhatHandlersAsk() throws {
        let bytes = Array("\r\nPOST /notify?a=1 HTTP/1.1\r\nHost: h\r\nX-Token:  s e \r\nContent-Length: 2\r\nx-token: other\r\n\r\n{}".utf8)
        var machine = ConnectionMachine()
        let step = machine.next(bytes.span, Rules(router: .sample, configuration: Configuration()))
        guard case .handle(let request, _) = step.action else { throw Refusal.unanswered }
        #expect(request.header("x-TOKEN") == "s e" && request.header("x-toke") == nil && request.header("") == nil)
        #expect(request.list("X-Token") == Array("s e,other".utf8) && request.list("x-toke").isEmpty)
        #expect(request.body == Array("{}".utf8) && request.peer == .unix)
        #expect(try request.query.value("a") == "1")
    }

    /// 15,000 conversations of bits of requests, mutated: nothing traps, and nothing depends on how bytes were split.
    @Test(arguments: [UInt64(20260101), 7, 99])
    func machine_NeverTraps_WithMutatedBytes(seed: UInt64) {
        var random = SplitMix(state: seed)
        let corpus = Self.conversations.map { Array($0.0.utf8) } + HeadParserTests.refused.map { Array($0.0.utf8) }
        for round in 0..<5000 {
            var bytes = corpus.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            let whole = actions([bytes]).filter { $0 != "continue" }
            let split = actions([Array(bytes[..<cut]), Array(bytes[cut...])]).filter { $0 != "continue" }
            #expect(whole == split, "seed \(seed), round \(round): \(bytes)")
        }
    }
}

/// A small seeded generator (Steele, Lea and Flood's SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
