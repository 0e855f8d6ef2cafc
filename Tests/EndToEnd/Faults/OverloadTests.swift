import Foundation
import TestSupport
import Testing

extension Faults {
    /// More clients, requests and patience than a node has.
    @Suite struct Overload {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture
        let node: NodeFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/a")
            node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1h }")
        }

        @Test func status_IsAnswered_WhileIdleClientsHoldEveryDescriptor() async throws {
            try node.start(wrapper: ["prlimit", "--nofile=256"])
            try await node.waitForState("SYNCHRONIZED")
            var idle = try (0..<1000).map { _ in try RawClient(port: node.port) }
            // Said something, so that the kernel hands them over.
            for client in idle { try? client.send("G") }  // those that were refused are gone
            try await eventually("there is no room for more of them") { descriptors >= 140 }
            let (before, since) = (node.processorSeconds, ContinuousClock.now)
            for _ in 0..<20 {
                try await eventually(within: 3, "an answer") { node.status()?.code == 200 }
            }
            try await eventually("two seconds have passed") { ContinuousClock.now - since > .seconds(2) }
            let share = (node.processorSeconds - before) / ((ContinuousClock.now - since) / .seconds(1))
            #expect(share < 0.25, "it uses \(share) of a processor")
            idle = []
            try await eventually("descriptors are free again") { descriptors < 100 }
            try upstream.commit("P/a", message: "afterwards")
            try node.notify("P/a")
            try await node.waitForMirror(["P/a"], of: upstream)
            #expect(try await node.end() == 0)
        }

        private var descriptors: Int {
            // The process is gone: none.
            ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(node.processID)/fd")) ?? []).count
        }

        @Test func pipelinedRequests_AreAllAnsweredInOrder_TenThousandAtOnce() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let client = try RawClient(port: node.port)
            let reader = Task.detached {
                var received: [UInt8] = []
                while let bytes = try client.receive(within: 5), !bytes.isEmpty {
                    received += bytes
                    if String(decoding: received.suffix(1024), as: UTF8.self).contains("HTTP/1.1 404") { break }
                }
                return String(decoding: received, as: UTF8.self)
            }
            try client.send(String(repeating: RawClient.request("/livez"), count: 10_000))
            try client.send(RawClient.request("/nowhere"))
            let answers = try await reader.value.components(separatedBy: "HTTP/1.1 ").dropFirst()
            #expect(answers.count == 10_001)
            #expect(answers.dropLast().allSatisfy { $0.hasPrefix("200") } && answers.last?.hasPrefix("404") == true)
        }

        @Test func slowReader_IsCut_WithoutHarmToOthers() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try await node.end() == 0)
            let total = try await node.fillCatalogue(upstream: upstream, rows: 60_000)
            let slow = try RawClient(port: node.port, receiveBuffer: 4096)
            try slow.send(RawClient.request("/rest/mirroring/latest/repo-hashes"))
            let since = ContinuousClock.now
            let other = try node.get("/rest/mirroring/latest/repo-hashes/content")
            #expect(other.body.components(separatedBy: "\"content\":").count - 1 == total)
            var worst = Duration.zero
            var lastRead = since
            try await eventually(within: 25, "the cut") {
                let asked = ContinuousClock.now
                #expect(node.status()?.body.contains("BOOTSTRAPPED") == true)
                worst = max(worst, ContinuousClock.now - asked)
                // A few bytes a second keep the connection alive, and are not enough.
                if ContinuousClock.now - lastRead > .seconds(1), !slow.isCut {
                    _ = try slow.receive(atMost: 256)
                    lastRead = ContinuousClock.now
                }
                return slow.isCut
            }
            #expect(ContinuousClock.now - since >= .seconds(9))
            #expect(worst < .milliseconds(500), "\(worst)")
        }
    }
}
