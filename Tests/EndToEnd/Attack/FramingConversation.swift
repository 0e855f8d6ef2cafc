import Foundation
import TestSupport

/// Says hostile requests to a balancer, and compares what it saw in them with what the node behind it saw.
struct FramingConversation {
    private let node: NodeFixture
    private let balancer: HAProxy
    private var counts: (node: Int, balancer: Int)
    /// Requests that have reached the node through the balancer.
    private(set) var forwarded = 0

    init(node: NodeFixture, balancer: HAProxy) throws {
        self.node = node
        self.balancer = balancer
        counts = (try Self.requests(of: node), try balancer.requests())
    }

    /// - Returns: what is wrong, if anything.
    mutating func fault(of hostile: FramingCase, probe: Int) async throws -> String? {
        let exchange = try Self.exchange(balancer.port, hostile.bytes + Self.probe(probe), until: Self.mark(probe))
        let next = try AnswerStream(Self.exchange(balancer.port, Self.probe(probe + 1)).bytes, heads: 0).answers
        if let fault = try await compareCounts(isWhole: exchange.isWhole) { return "\(hostile): \(fault)" }
        guard next.count == 1, Self.isAnswer(next[0], to: probe + 1) else { return "\(hostile): another connection got another's answer" }
        // HAProxy goes over to HTTP/2, in which nothing is asked here.
        if hostile.bytes.starts(with: Array("PRI * HTTP/2.0\r\n".utf8)) { return nil }
        let answers: [AnswerStream.Answer]
        do { answers = try AnswerStream(exchange.bytes, heads: hostile.heads).answers } catch { return "\(hostile): \(error)" }
        let probes = answers.indices.filter { answers[$0].body.contains(Array("probe:number=".utf8)) }
        let isInStep = probes.allSatisfy { $0 == answers.count - 1 && Self.isAnswer(answers[$0], to: probe) }
        return isInStep && answers.allSatisfy { $0.status < 500 } ? nil : "\(hostile): \(answers.map(\.status)), probes at \(probes)"
    }

    /// The node has to have seen exactly the requests that were forwarded to it. It sees a hidden one only where HAProxy has taken it for
    /// a request too.
    /// - Parameter isWhole: whether the last of them came to its end. Else HAProxy may give it up before the node could answer.
    private mutating func compareCounts(isWhole: Bool) async throws -> String? {
        let seen = try balancer.requests() - counts.balancer
        forwarded += seen
        counts.balancer += seen
        // An answer is counted when it has been written, which may be after it was read.
        let (expected, node) = (counts.node + seen, node)
        var answered = 0
        do {
            try await eventually(within: 1, "as many requests") {
                answered = try Self.requests(of: node)
                return answered >= expected
            }
        } catch is NeverHappened {}
        defer { counts.node = answered }
        let isRight = answered == expected || !isWhole && answered == expected - 1
        return isRight ? nil : "HAProxy forwarded \(seen) requests, and the node saw \(answered - counts.node)"
    }

    // MARK: Bytes

    /// All that comes for `bytes` up to the end of the connection.
    /// - Parameter mark: when this has come, or nothing for a while, the client ends its side; without one at once.
    /// - Returns: `isWhole` is false when the other side still waited for something.
    static func exchange(_ port: Int, _ bytes: [UInt8], until mark: String? = nil) throws -> (bytes: [UInt8], isWhole: Bool) {
        let client = try RawClient(port: port)
        do { try client.send(bytes) } catch is RawClient.Reset {}  // refused before the last byte
        var (received, isWhole) = ([UInt8](), true)
        while let mark, !received.contains(Array(mark.utf8)) {
            guard let more = try client.receive(within: patience) else {
                isWhole = false
                break
            }
            if more.isEmpty { return (received, true) }
            received += more
        }
        client.finishSending()
        return (received + (try client.receiveAll()), isWhole)
    }

    /// Seconds without a byte after which a request is taken for incomplete: hundreds of times what an answer takes.
    private static let patience = 0.5

    static func mark(_ probe: Int) -> String { "\"probe:number=\(probe)\"" }

    static func probe(_ number: Int) -> [UInt8] { Array("GET /jolokia/read/probe:number=\(number) HTTP/1.1\r\nHost: h\r\n\r\n".utf8) }

    static func isAnswer(_ answer: AnswerStream.Answer, to probe: Int) -> Bool {
        answer.status == 200 && answer.body.contains(Array(mark(probe).utf8))
    }

    /// Answered by the node, but for those of health checks and for these counts themselves.
    private static func requests(of node: NodeFixture) throws -> Int {
        let request = "GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        let text = String(decoding: try exchange(node.port, Array(request.utf8)).bytes, as: UTF8.self)
        let samples = text.split(separator: "\n").filter {
            $0.hasPrefix("heliostat_http_requests_total{") && !$0.contains("\"/status\"") && !$0.contains("\"/metrics\"")
        }
        return samples.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }
}
