import Foundation
import TestSupport

/// Clients that ask for `/status`, read the answer, and keep their connection as long as the node does.
struct HonestClients {
    struct Unanswered: Error, CustomStringConvertible {
        let description: String
    }

    private let port: Int
    private var kept: [RawClient?]
    /// Milliseconds, of every answer.
    private(set) var latencies: [Double] = []
    /// How often a kept connection had gone by the time that it was used again.
    private(set) var reconnected = 0

    init(_ count: Int, on port: Int) {
        self.port = port
        kept = Array(repeating: nil, count: count)
    }

    /// The 99th of a hundred.
    var p99: Double { latencies.sorted()[latencies.count * 99 / 100] }

    /// Everyone asks once, one after the other.
    /// - Throws: `Unanswered` when somebody got no answer, or another than the node's state.
    mutating func ask() throws {
        for index in kept.indices {
            let start = ContinuousClock.now
            if let client = kept[index] {
                // RFC 9112 section 9.3.1: a connection may end between two requests, and then the request is made again.
                if try !answered(client) {
                    reconnected += 1
                    kept[index] = nil
                }
            }
            if kept[index] == nil {
                let client = try RawClient(port: port)
                guard try answered(client) else { throw Unanswered(description: "client \(index) on a new connection") }
                kept[index] = client
            }
            latencies.append((ContinuousClock.now - start) / .milliseconds(1))
        }
    }

    /// - Returns: false when the connection has ended instead.
    private func answered(_ client: RawClient) throws -> Bool {
        let answer: RawAnswer
        do {
            try client.send(RawClient.request("/status"))
            answer = try client.receiveAnswer(within: 10)
        } catch is RawClient.Reset {
            return false
        } catch let error as POSIXError where error.code == .ETIMEDOUT {
            // Nothing in ten seconds, or the end: the end can be seen.
            guard client.isEnded else { throw error }
            return false
        }
        guard answer.body.hasPrefix(#"{"state":""#), !answer.head.contains("Connection: close") else {
            throw Unanswered(description: "\(answer.head)\n\(answer.body)")
        }
        return true
    }
}
