import Foundation
import TestSupport
import Testing

extension Faults {
    /// A data directory on a disk of a few megabytes.
    @Suite struct SmallDisk {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
        }

        @Test func firstCopy_ContinuesByItself_OnceItFits() async throws {
            for name in ["P/small", "P/large"] { try upstream.create(name) }
            try upstream.commitNoise("P/large", megabytes: 24)
            let node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "sync: { interval: 2s }")
            let disk = try SmallFileSystem(at: node.data, megabytes: 16)
            try node.start()
            try await node.waitForMirror(["P/small"], of: upstream)
            try await eventually(within: 20, "the large one does not fit") { node.log.contains("\"reason\":\"disk\"") }
            node.expectStatus("METADATA_SYNCHRONIZED", 200)
            #expect(!node.log.contains("quarantined"))
            try upstream.commit("P/small", message: "while the disk is too small for the other")
            try await node.waitForMirror(["P/small"], of: upstream)
            #expect(!FileManager.default.fileExists(atPath: node.copy("P/large")))
            try disk.resize(megabytes: 96)
            try await node.waitForState("SYNCHRONIZED", within: 45)
            #expect(node.mirrors("P/large", of: upstream))
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(["P/small", "P/large"])
            node.kill()
        }

        @Test func syncsStop_BelowDiskStop_AndResumeByThemselves() async throws {
            try upstream.create("P/a")
            let node = try NodeFixture(
                in: directory.path, upstream: upstream.path,
                extra: "sync: { interval: 1s }\ndisk: { low: { percent: 70% }, stop: { percent: 50% } }")
            let disk = try SmallFileSystem(at: node.data, megabytes: 32)
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try disk.fill(megabytes: 20)
            try await eventually(within: 15, "the node has seen it") { node.log.contains("no new synchronisation starts") }
            try upstream.commit("P/a", message: "has to wait")
            try node.notify("P/a")
            let runs = try node.sql("SELECT max(number) FROM run")
            try await eventually(within: 15, "two more passes") {
                try Int(node.sql("SELECT max(number) FROM run")) ?? 0 >= (Int(runs) ?? 0) + 2
            }
            #expect(!node.mirrors("P/a", of: upstream))
            node.expectStatus("SYNCHRONIZED", 200)
            try disk.empty()
            try await node.waitForMirror(["P/a"], of: upstream, within: 15)
            #expect(try await node.end() == 0)
            node.kill()
        }

        /// Who hears that it is kept may pull the plug.
        @Test func drain_IsSaidToBeKept_OnceItIs() async throws {
            try upstream.create("P/a")
            let node = try NodeFixture(in: directory.path, upstream: upstream.path)
            let disk = try SmallFileSystem(at: node.data, megabytes: 32)
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            for (order, code) in [(["drain", "--keep", "--reason", "new disk"], 503), (["undrain"], 200)] {
                try disk.fill()
                let refused = try node.command(order)
                #expect(refused.status != 0 && refused.errors.contains("the store takes nothing for now"), "\(order): \(refused)")
                node.expectStatus("SYNCHRONIZED", code)
                try disk.empty()
                let taken = try node.command(order)
                #expect(taken.status == 0, "\(order): \(taken)")
                node.kill()
                try node.start()
                try await node.waitForState("SYNCHRONIZED")
                node.expectStatus("SYNCHRONIZED", code)
            }
            #expect(try await node.end() == 0)
            node.kill()
        }
    }
}

/// A tmpfs, unmounted when the last reference goes.
final class SmallFileSystem {
    private let path: String

    init(at path: String, megabytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Shell().run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "heliostat-test", path)
    }

    func resize(megabytes: Int) throws { try Shell().run("mount", "-o", "remount,size=\(megabytes)m", path) }

    func fill(megabytes: Int) throws { try Data(count: megabytes << 20).write(to: URL(filePath: path + "/filler")) }

    /// To the last byte.
    func fill() throws { _ = try Shell().attempt(["dd", "if=/dev/zero", "of=\(path)/filler", "bs=4k", "status=none"]) }

    func empty() throws { try FileManager.default.removeItem(atPath: path + "/filler") }

    // Lazily, so that a process that has not ended yet does not keep the directory from being removed.
    deinit { _ = try? Shell().attempt(["umount", "-l", path]) }
}

extension UpstreamFixture {
    /// A commit with a file that no compression makes smaller.
    func commitNoise(_ name: String, megabytes: Int) throws {
        let file = path + "/../noise"
        try Shell().run("dd", "if=/dev/urandom", "of=\(file)", "bs=1M", "count=\(megabytes)", "status=none")
        let blob = try git(name, "hash-object", "-w", file)
        let tree = try Shell().run(["git", "--git-dir", repository(name), "mktree"], input: "100644 blob \(blob)\tnoise\n")
        let commit = try git(name, "commit-tree", tree, "-m", "noise")
        try git(name, "update-ref", "refs/heads/noise", commit)
        try FileManager.default.removeItem(atPath: file)
    }
}
