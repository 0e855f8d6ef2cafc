import Foundation
import TestSupport
import Testing

/// The upstream directory as a whole goes wrong: missing, unreadable, emptied, vanishing.
@Suite(.serialized, .ownThreads) struct UpstreamFaultTests {
    private func move(_ one: String, _ other: String) throws { try FileManager.default.moveItem(atPath: one, toPath: other) }

    @Test func node_WaitsForAnUpstreamThatIsMissing() async throws {
        let scene = try Scene(["P/r"], extra: "sync: { interval: 1s }")
        try move(scene.upstream.path, scene.upstream.path + ".away")
        try scene.node.start()
        try await eventually("discovery fails") { scene.node.log.contains("discovery failed") }
        #expect(scene.node.state == "BOOTSTRAPPED")
        #expect(try scene.readiness().status == 503)
        try move(scene.upstream.path + ".away", scene.upstream.path)
        try await scene.node.waitForState("SYNCHRONIZED")
        #expect(scene.node.mirrors("P/r", of: scene.upstream))
    }

    @Test func nothingIsDeleted_WhileTheUpstreamIsMissing() async throws {
        let scene = try Scene(["P/r", "P/s"], extra: "sync: { interval: 1s }\nready: { max_silence: 3s }")
        try await scene.synchronized()
        try move(scene.upstream.path, scene.upstream.path + ".away")
        try await eventually("discovery fails") { scene.node.log.contains("discovery failed") }
        // Every node of the farm hears nothing, so the last one does not withdraw for it.
        try await eventually("readyz says so") { try scene.readiness().rules == ["silence", "held_by_floor"] }
        #expect(scene.node.state == "SYNCHRONIZED")
        #expect(try scene.node.get("/status").status == 200)
        #expect(try scene.node.contentHashes().count == 2)
        try move(scene.upstream.path + ".away", scene.upstream.path)
        try scene.upstream.commit("P/r", message: "after")
        try await scene.arrives()
        try await eventually("readyz has no complaint") { try scene.readiness().rules == [] }
    }

    /// As a user whom permissions bind, unlike root.
    @Test func nothingIsDeleted_WhenAProjectCannotBeRead() async throws {
        let scene = try Scene(["P/r", "Q/s"], extra: "sync: { interval: 1s }")
        var wrapper: [String] = []
        if geteuid() == 0 {
            try Shell().run("chown", "-R", "nobody:nogroup", scene.directory.path)
            wrapper = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        }
        try scene.node.start(wrapper: wrapper)
        try await scene.node.waitForState("SYNCHRONIZED")
        let upstream = Shell(directory: scene.upstream.path)
        // One project: the others go on, and what lies below it is not known to be deleted.
        try upstream.run("chmod", "000", "Q")
        try scene.upstream.commit("P/r", message: "beside a locked project")
        try await eventually("the others go on") { scene.node.mirrors("P/r", of: scene.upstream) }
        #expect(try scene.node.contentHashes().count == 2)
        try upstream.run("chmod", "755", "Q")
        // The whole.
        let failures = scene.node.log.components(separatedBy: "discovery failed").count
        try upstream.run("chmod", "000", ".")
        try await eventually("discovery fails") { scene.node.log.components(separatedBy: "discovery failed").count > failures }
        #expect(try scene.node.contentHashes().count == 2)
        try upstream.run("chmod", "755", ".")
        try await eventually("discovery succeeds") { try scene.overview()["lastUpstreamContactSeconds"] as? Double ?? 9 < 1 }
        #expect(try scene.trash() == [])
    }

    @Test func emptiedUpstream_DeletesNothing_UntilSomebodyAcceptsIt() async throws {
        let names = (0..<3).map { "P/r\($0)" }
        let scene = try Scene(names, extra: "sync: { interval: 1s }")
        try await scene.synchronized()
        try move(scene.upstream.path + "/P", scene.directory.path + "/away")
        try await eventually("the purge guard") { try scene.readiness().rules == ["purge_guard", "held_by_floor"] }
        // The copies are better than nothing: a node by itself keeps its traffic.
        #expect(try scene.readiness().status == 200)
        #expect(scene.node.state == "SYNCHRONIZED")
        #expect(try scene.node.contentHashes().count == 3)
        #expect(names.allSatisfy(scene.hasCopy))
        #expect((try scene.overview()["purgeGuard"] as? String)?.contains("3") == true)
        let ended = try scene.node.command("sync", "--accept-deletions", "--wait")
        #expect(ended.status == 0, "\(ended.errors)")
        try await eventually("they are gone") { try scene.node.contentHashes().isEmpty }
        try await eventually("they are in the trash") { try scene.trash() == names.map { $0 + ".git" } }
        #expect(!names.contains(where: scene.hasCopy))
        try await eventually("no reason against it") { try scene.readiness().rules == [] }
    }

    @Test func purgeGuard_LetsGo_WhenTheRepositoriesComeBack() async throws {
        let names = (0..<12).map { "P/r\($0)" }
        let scene = try Scene(["Q/stays"] + names, extra: "sync: { interval: 1s }")
        try await scene.synchronized()
        try move(scene.upstream.path + "/P", scene.directory.path + "/away")
        try await eventually("the purge guard") { try scene.readiness().rules == ["purge_guard", "held_by_floor"] }
        // New pushes to what is left wait, too: the listing counts as failed. A notification does not.
        try scene.upstream.commit("Q/stays", message: "meanwhile")
        try scene.notify("Q/stays")
        try await scene.arrives("Q/stays")
        try move(scene.directory.path + "/away", scene.upstream.path + "/P")
        try await eventually("no reason against it") { try scene.readiness().rules == [] }
        #expect(try scene.trash() == [])
    }

    @Test func deletedRepository_GoesToTheTrash() async throws {
        let scene = try Scene(["P/r", "P/gone", "Q/deep/gone"], extra: "sync: { interval: 1s }")
        try await scene.synchronized()
        let hash = try UpstreamFixture.contentHash(of: scene.node.copy("P/gone"))
        try Shell().run("rm", "-r", scene.upstream.repository("P/gone"), scene.upstream.path + "/Q")
        try await eventually("it is gone") { try scene.node.contentHashes().count == 1 }
        try await eventually("it is in the trash") { try scene.trash() == ["P/gone.git", "Q/deep/gone.git"] }
        #expect(!FileManager.default.fileExists(atPath: scene.node.data + "/repositories/Q"))
        let bins = try FileManager.default.contentsOfDirectory(atPath: scene.node.data + "/trash")
        let kept = bins.map { "\(scene.node.data)/trash/\($0)/P/gone.git" }.first(where: FileManager.default.fileExists)
        #expect(try UpstreamFixture.contentHash(of: #require(kept)) == hash)
        // And back again, from the upstream, not from the trash.
        try scene.upstream.create("P/gone", commits: 2)
        try await scene.arrives("P/gone", "the new repository")
    }

    @Test func repositoryThatVanishesMidSync_IsNoFailureOfTheOthers() async throws {
        let scene = try Scene(["P/r", "P/big"], extra: "sync: { interval: 1s }")
        // Big enough for its fetch to be caught in the act.
        try scene.script("head -c 25000000 /dev/urandom | git hash-object -w --stdin | xargs git tag blob", in: "P/big")
        try scene.node.start()
        var fetch: Int32 = 0
        try await eventually("the fetch of the big one") {
            fetch = try Self.children(of: scene.node.processID).first {
                $0.words.contains("fetch") && $0.words.last?.hasSuffix("big.git") == true
            }?.id ?? 0
            return fetch != 0
        }
        suspend(fetch)
        try Shell().run("rm", "-r", scene.upstream.repository("P/big"))
        kill(fetch, SIGCONT)
        try await scene.node.waitForState("SYNCHRONIZED")
        #expect(scene.node.mirrors("P/r", of: scene.upstream))
        try await eventually("it is forgotten") { try scene.overview()["repositories"].flatMap { ($0 as? [String: Int])?["total"] } == 1 }
        try await eventually("nothing is left of it") {
            try !scene.hasCopy("P/big") && FileManager.default.contentsOfDirectory(atPath: scene.node.data + "/staging").isEmpty
        }
    }

    private static func children(of process: Int32) throws -> [(id: Int32, words: [String])] {
        let listed = try Shell().attempt(["ps", "-o", "pid=,args=", "--ppid", "\(process)"]).output
        return listed.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.first.flatMap { Int32($0) }.map { ($0, Array(words.dropFirst())) }
        }
    }
}
