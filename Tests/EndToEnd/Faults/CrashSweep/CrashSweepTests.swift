import Foundation
import TestSupport
import Testing

extension Faults {
    /// SIGKILL at each single system call of a synchronisation, in the node or in its git, and errors instead of calls.
    @Suite struct CrashSweep {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture
        let node: NodeFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/a")
            node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1h }")
        }

        @Test(arguments: ["fdatasync", "pwrite64", "rename", "unlink"])
        func push_Converges_WhenKilledAtEachCall(call: String) async throws {
            try await sweep(call) { number in
                try upstream.commit("P/a", message: "\(call) \(number)")
                try upstream.git("P/a", "update-ref", "refs/tags/t\(number)", "refs/heads/main")
                return "P/a"
            }
        }

        @Test(arguments: ["fdatasync", "rename", "link", "unlink"])
        func firstCopy_Converges_WhenKilledAtEachCall(call: String) async throws {
            try await sweep(call) { number in
                try upstream.create("P/n\(number)")
                return "P/n\(number)"
            }
        }

        /// Kills at the first call, the second and so on, until a synchronisation comes through alive.
        private func sweep(_ call: String, limit: Int = 8, _ push: (Int) throws -> String) async throws {
            var names: Set<String> = ["P/a"]
            for number in 1...limit {
                try node.start()
                try await node.waitForState("SYNCHRONIZED")
                // What the start still has to write down must not be what is struck.
                try await eventually("nothing is being written down") { try node.isStoreAtRest }
                let tracer = try await node.inject("\(call):signal=SIGKILL:when=\(number)")
                let name = try push(number)
                names.insert(name)
                do { try node.notify(name) } catch {
                    // What is struck first may be struck before the answer is out.
                    try await eventually("a death: \(error)") { !node.isRunning }
                }
                try await eventually("the mirror, or a death") { !node.isRunning || node.mirrors(name, of: upstream) || isFailing(name) }
                let survived = node.isRunning && node.mirrors(name, of: upstream)
                node.kill()
                tracer.stop()
                try node.start()
                try await node.waitForState("SYNCHRONIZED")
                #expect(node.mirrors(name, of: upstream), "\(call) \(number)")
                #expect(try await node.end() == 0)
                try node.expectCleanDisk(names.sorted())
                if survived {
                    #expect(number > 1, "no \(call) was ever struck: nothing is proved")
                    return
                }
            }
        }

        /// The signal has struck git, and the node waits for its next attempt.
        private func isFailing(_ name: String) -> Bool {
            node.log.split(separator: "\n").last { $0.contains("\(name)\"") }?.contains("synchronisation failed") ?? false
        }

        @Test func store_SaysSoAndMovesNoRef_WhileTheDiskFailsToWrite() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let before = try UpstreamFixture.contentHash(of: node.copy("P/a"))
            let tracer = try await node.inject("fdatasync:error=EIO")
            try upstream.commit("P/a", message: "not yet")
            try node.notify("P/a")
            try await eventually("the failed attempt") { isFailing("P/a") }
            #expect(node.log.contains("\"reason\":\"disk\""), "\(node.log.suffix(2000))")
            #expect(try UpstreamFixture.contentHash(of: node.copy("P/a")) == before)
            #expect(try node.contentHashes().values.sorted() == [before])
            try await eventually(within: 15, "readyz says that the store is not writable") {
                try node.get("/readyz").body.contains("\"rule\":\"store\"")
            }
            #expect(node.status()?.code == 200)
            tracer.stop()
            try await node.waitForMirror(["P/a"], of: upstream, within: 60)
            try await eventually(within: 15, "ready again") { try node.get("/readyz").status == 200 }
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(["P/a"])
        }

        @Test func node_GoesOnByItself_WhenTheStoreFindsSpaceAgain() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let tracer = try await node.inject("pwrite64:error=ENOSPC")
            try upstream.commit("P/a", message: "later")
            try node.notify("P/a")
            try await eventually("the failed attempt") { isFailing("P/a") }
            #expect(!node.mirrors("P/a", of: upstream))
            tracer.stop()
            try await node.waitForMirror(["P/a"], of: upstream)
            try await eventually(within: 15, "ready again") { try node.get("/readyz").status == 200 }
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(["P/a"])
        }
    }
}
