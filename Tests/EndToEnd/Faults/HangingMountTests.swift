import Foundation
import TestSupport
import Testing

extension Faults {
    /// A mount that takes a call and does not answer, as a network file system does whose server is gone.
    @Suite struct HangingMount {
        /// As many as the node's logic can have threads, and more.
        private static let count = min(ProcessInfo.processInfo.processorCount + 2, 64)

        let directory: TemporaryDirectory
        let upstream: UpstreamFixture
        let node: NodeFixture
        let names = (0..<Self.count).map { "r\($0)" }

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            // At the root: which of its two places such a repository has, the node asks the disk before it reads.
            for name in names { try upstream.create(name) }
            node = try NodeFixture(
                in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1h, concurrency: \(Self.count) }")
        }

        @Test func node_Obeys_WhileTheUpstreamHangsForMoreJobsThanItHasThreads() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            for name in names { try upstream.commit(name, message: "a push") }
            let tracer = try await node.inject(
                "newfstatat:delay_enter=60000000", on: names.map { "\(upstream.path)/ROOT/\($0).git" })
            defer { tracer.stop() }
            for name in names { try node.notify("ROOT/\(name)") }
            try await eventually("all jobs are under way") {
                try node.metrics().sum("heliostat_operations_running") >= Double(names.count)
            }
            #expect(names.allSatisfy { !isMirrored($0) })
            #expect(try node.command("drain", "--reason", "the upstream hangs").status == 0)
            try await eventually(within: 5, "drained") { node.status()?.code == 503 }
            #expect(try node.command("undrain").status == 0)
            try await eventually(within: 5, "undrained") { node.status()?.code == 200 }
            #expect(names.allSatisfy { !isMirrored($0) })
            tracer.stop()
            for name in names {
                try await eventually(within: 30, "a mirror of \(name); log:\n\(node.log.suffix(4000))") { isMirrored(name) }
            }
            #expect(try await node.end() == 0)
        }

        private func isMirrored(_ name: String) -> Bool {
            // What cannot be hashed is no mirror.
            guard let copy = try? UpstreamFixture.contentHash(of: node.copy("ROOT/\(name)")) else { return false }
            // Nor is it one of that.
            return copy == (try? UpstreamFixture.contentHash(of: upstream.repository(name)))
        }
    }
}
