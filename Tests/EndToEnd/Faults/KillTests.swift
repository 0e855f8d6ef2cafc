import Foundation
import TestSupport
import Testing

extension Faults {
    /// `kill -9` of the node.
    @Suite struct Killing {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
        }

        @Test func hangingChild_IsGone_BeforeTheNextStartTouchesTheRepository() async throws {
            try upstream.create("P/a")
            let hanging = try HangingObject(upstream, "P/a")
            let node = try NodeFixture(in: directory.path, upstream: upstream.path)
            try node.start()
            try await eventually("git hangs") { node.children.count >= 2 && !node.leftovers.isEmpty }
            let children = node.children
            node.kill()
            for child in children { #expect(kill(child, 0) == 0, "the kill took child \(child) along: nothing is proved") }
            // Held where it is about to look into the staging directory: nothing of a repository has been touched yet.
            try node.startDelayed("openat", on: node.data + "/staging", seconds: 3)
            try await node.waitForState("BOOTSTRAPPING")
            try await eventually(within: 2.5, "the children's end") { node.children.isEmpty }
            #expect(node.state == "BOOTSTRAPPING")
            #expect(!node.leftovers.isEmpty)
            try hanging.release()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(["P/a"])
        }

        /// What a kill leaves between a repository's leaving the catalogue and its copy's going to the trash.
        @Test func copyThatNobodyKnows_GoesToTheTrash_AtTheNextStart() async throws {
            try upstream.create("P/a")
            let node = try NodeFixture(in: directory.path, upstream: upstream.path)
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            node.kill()
            try Shell().run("mkdir", "-p", node.copy("Q/deep/x").replacing("/x.git", with: ""))
            try Shell().run("cp", "-r", node.copy("P/a"), node.copy("Q/deep/x"))
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(!FileManager.default.fileExists(atPath: node.data + "/repositories/Q"))
            #expect(try Shell().run("find", node.data + "/trash", "-name", "x.git").hasSuffix("/Q/deep/x.git"))
            #expect(node.mirrors("P/a", of: upstream))
            #expect(try await node.end() == 0)
        }

        @Test func mirror_IsEqual_AfterFiftyKillsDuringPushes() async throws {
            let seed = UInt64.random(in: 0 ... .max)
            var random = Seeded(state: seed)
            let names = (0..<4).map { "P/r\($0)" }
            for name in names { try upstream.create(name) }
            let node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1s }")
            let pusher = Pusher(upstream, names, seed: seed)
            for round in 0..<50 {
                try node.start()
                let moment = ContinuousClock.now + .milliseconds(Int.random(in: 0...900, using: &random))
                try await eventually("the moment to kill") { ContinuousClock.now >= moment }
                #expect(node.isRunning, "seed \(seed), round \(round): \(node.log.suffix(2000))")
                node.kill()
            }
            try await pusher.stop()
            try node.start()
            try await node.waitForState("SYNCHRONIZED", within: 60)
            try await node.waitForMirror(pusher.names, of: upstream)
            let ready = try node.get("/readyz")
            #expect(ready.status == 200, "seed \(seed): \(ready.body)")
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(pusher.names)
            #expect(try node.sql("SELECT count(*) FROM run WHERE status IS NULL") == "0")
        }
    }
}

/// Pushes all the time: commits, new branches, tags, deletions, forced updates, refs that give way to directories.
private final class Pusher: Sendable {
    let names: [String]
    private let work: Alongside<Void>

    init(_ upstream: UpstreamFixture, _ names: [String], seed: UInt64) {
        self.names = names
        work = Alongside { goesOn in
            var random = Seeded(state: seed ^ 1)
            var number = 0
            while goesOn() {
                let name = names.randomElement(using: &random) ?? names[0]
                number += 1
                try upstream.commit(name, message: "push \(number)")
                switch number % 6 {
                case 0: try upstream.git(name, "update-ref", "refs/tags/t\(number)", "refs/heads/main")
                case 1: try upstream.git(name, "update-ref", "refs/heads/main", "refs/heads/main~1")
                case 2: try Self.turn(upstream, name)
                default: break
                }
            }
        }
    }

    /// A ref gives way to a directory of refs, and the reverse.
    private static func turn(_ upstream: UpstreamFixture, _ name: String) throws {
        let isDirectory = try !upstream.git(name, "for-each-ref", "refs/heads/x/").isEmpty
        let (old, new) = isDirectory ? ("refs/heads/x/y", "refs/heads/x") : ("refs/heads/x", "refs/heads/x/y")
        try upstream.git(name, "update-ref", "-d", old)
        try upstream.git(name, "update-ref", new, "refs/heads/main")
    }

    func stop() async throws { try await work.end() }
}

/// The splitmix64 generator (Steele, Lea, Flood 2014): one seed, one sequence.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
