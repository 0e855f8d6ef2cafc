import Foundation
import TestSupport
import Testing

extension Faults {
    /// Requests that two servers could read in two ways, said to a node and to a HAProxy in front of it. After each comes a request with
    /// a number of its own: were one byte of the first left over, or one too many taken, the answers would be out of step.
    @Suite struct Framing {
        @Test func corpus_IsLarge_AndNamesEachCaseOnce() {
            #expect(FramingCorpus.all.count == 326, "as the page Attacks says")
            #expect(FramingCorpus.all.allSatisfy { $0.reading.statuses.allSatisfy { $0 < 500 } }, "what a client gets wrong is 4xx")
            #expect(Set(FramingCorpus.all.map(\.name)).count == FramingCorpus.all.count)
        }

        @Test func everyCase_IsRefusedWith4xxAndAClose_OrReadAsItsLengthSays() async throws {
            let scene = try Scene()
            try await scene.synchronized()
            let port = scene.node.port
            let wrong = try await onThread {
                try FramingCorpus.all.enumerated().compactMap { try Self.faultOfNode($1, probe: $0, port) }
            }
            #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
            #expect(!scene.node.log.contains(Hostile.mark))
            #expect(try await scene.node.end() == 0)
        }

        /// - Returns: what is wrong with the answers, if anything.
        private static func faultOfNode(_ hostile: FramingCase, probe: Int, _ port: Int) throws -> String? {
            let bytes = try FramingConversation.exchange(port, hostile.bytes + FramingConversation.probe(probe)).bytes
            let answers: [AnswerStream.Answer]
            do { answers = try AnswerStream(bytes, heads: hostile.heads).answers } catch { return "\(hostile): \(error)" }
            let expected = hostile.reading.statuses + (hostile.reading.goesOn ? [200] : [])
            guard answers.map(\.status) == expected else { return "\(hostile): \(answers.map(\.status)) instead of \(expected)" }
            guard !bytes.contains(Array(Hostile.mark.utf8)) else { return "\(hostile): the hidden request was answered" }
            guard hostile.reading.goesOn else { return answers.last?.closes == true ? nil : "\(hostile): no close is announced" }
            let isAnswered = answers.last.map { FramingConversation.isAnswer($0, to: probe) } ?? false
            return isAnswered ? nil : "\(hostile): the next request got another's answer"
        }

        /// - Parameter accepts: whether HAProxy lets through what it takes for invalid, with `option accept-invalid-http-request`.
        @Test(arguments: [false, true]) func haproxyAndNode_SeeTheSameRequests(accepts: Bool) async throws {
            let scene = try Scene()
            try await scene.synchronized()
            let balancer = try await HAProxy(in: scene.directory.path, before: [scene.node], agents: nil) { text in
                // The probes go to /jolokia, which clients of a balancer are denied otherwise. One node, one pool of connections to it,
                // shared by all clients: where desynchronised answers go to others.
                var text = text.split(separator: "\n", omittingEmptySubsequences: false)
                    .filter { !$0.contains("server mirror-2") && !$0.contains("server mirror-3") && !$0.contains("http-request deny") }
                    .joined(separator: "\n")
                text.replace("backend nodes\n", with: "backend nodes\n    http-reuse always\n")
                if accepts { text.replace("frontend rest\n", with: "frontend rest\n    option accept-invalid-http-request\n") }
                return text
            }
            var pair = try FramingConversation(node: scene.node, balancer: balancer)
            var wrong: [String] = []
            for (number, hostile) in FramingCorpus.all.enumerated() {
                if let fault = try await pair.fault(of: hostile, probe: 2 * number) { wrong.append(fault) }
            }
            #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
            #expect(pair.forwarded > 2 * FramingCorpus.all.count, "each case's probes were forwarded, and some cases")
            #expect(!scene.node.log.contains(Hostile.mark))
            #expect(try await scene.node.end() == 0)
        }
    }
}
