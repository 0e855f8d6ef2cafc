import Foundation
import TestSupport
import Testing

/// What is told, and what is not, of a start, of a new repository and of pushes of every size.
@Suite(.ownThreads) struct AnnouncingTests {
    private let receiver: RawReceiver

    init() throws { receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") } }

    private var endpoint: String { "{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }" }

    private func bodies() throws -> [[String: Any]] {
        try receiver.requests.map { try JSONSerialization.jsonObject(with: Data($0.body)) as? [String: Any] ?? [:] }
    }

    @Test func firstStart_TellsNothing_AndANewRepositoryIsTold() async throws {
        let scene = try Scene([])
        let names = try scene.upstream.create(count: 300, project: "P")
        try scene.configure(webhooks: [endpoint])
        try await scene.synchronized(within: 90)
        #expect(try scene.node.sql("SELECT count(*) FROM announcement WHERE content_hash IS NOT NULL") == "\(names.count)")
        #expect(try scene.node.sql("SELECT count(*) FROM event") == "0")
        // With its commits from the moment at which it is there.
        let upstream = scene.upstream.path
        try scene.script("cp -r '\(upstream)/P/r0.git' '\(scene.directory.path)/new.git'; mkdir '\(upstream)/Q'", in: "P/r0")
        try FileManager.default.moveItem(atPath: scene.directory.path + "/new.git", toPath: upstream + "/Q/new.git")
        try await eventually(within: 20, "the new one is told") { receiver.requests.count == 1 }
        let body = try #require(try bodies().first)
        #expect(body["syncType"] as? String == "SNAPSHOT" && (body["repository"] as? [String: Any])?["slug"] as? String == "new")
    }

    @Test func pushWhileTheNodeIsDown_IsTold() async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [endpoint])
        try await scene.synchronized()
        scene.node.kill()
        let commit = try scene.upstream.commit("P/r", message: "nobody looks")
        try await scene.synchronized()
        try await eventually("it is told") { receiver.requests.count == 1 }
        let change = try #require((try bodies()[0]["changes"] as? [[String: Any]])?.first)
        #expect(change["toHash"] as? String == commit)
    }

    /// A repository that left and came back before its copy was removed: nothing has to be fetched, and it is new all the same.
    @Test func copyThatIsFound_IsTold_LikeOneThatIsMade() async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [endpoint])
        try await scene.synchronized()
        scene.node.kill()
        try scene.node.sql("UPDATE repository SET has_copy = 0, content_hash = NULL; UPDATE announcement SET content_hash = NULL")
        try await scene.synchronized()
        try await eventually("it is told") { receiver.requests.count == 1 }
        #expect(try bodies()[0]["syncType"] as? String == "SNAPSHOT")
        scene.node.kill()
        try await scene.synchronized()
        #expect(try scene.node.sql("SELECT count(*) FROM event") == "1")
    }

    /// The copies are there, and the database is a new one.
    @Test func copiesOfBefore_AreTold_WhereTheFirstContentIs() async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [endpoint], keys: "announce_initial: true,")
        try await scene.synchronized()
        try await eventually("the first content is told") { receiver.requests.count == 1 }
        #expect(try await scene.node.end() == 0)
        for name in ["heliostat.db", "heliostat.db-wal", "heliostat.db-shm", "node-id"] {
            try? FileManager.default.removeItem(atPath: scene.node.data + "/" + name)  // the log goes with the last connection
        }
        try await scene.synchronized()
        try await eventually("it is told by the new database") { receiver.requests.count == 2 }
        #expect(try bodies().map { $0["syncType"] as? String } == ["SNAPSHOT", "SNAPSHOT"])
    }

    /// A backup knows less than the copies. A stop leaves no log that would be laid over it; where the node was killed, its log has to go.
    @Test(arguments: [false, true]) func contentThatABackupDoesNotKnow_IsTold(isKilled: Bool) async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [endpoint])
        try await scene.synchronized()
        let backup = scene.directory.path + "/backup"
        try Shell().run("sqlite3", scene.node.data + "/heliostat.db", ".backup '\(backup)'")
        try scene.upstream.commit("P/r", message: "after the backup")
        try scene.notify()
        try await eventually("the push is told") { receiver.requests.count == 1 }
        let database = scene.node.data + "/heliostat.db"
        if isKilled {
            scene.node.kill()
            try scene.script("rm -f '\(database)-wal' '\(database)-shm'")
        } else {
            #expect(try await scene.node.end() == 0)
            #expect(try FileManager.default.attributesOfItem(atPath: database + "-wal")[.size] as? Int == 0)
        }
        try scene.script("cp '\(backup)' '\(database)'")
        try await scene.synchronized()
        try await eventually("it is told again") { receiver.requests.count == 2 }
    }

    @Test func pushAndItsReversal_AreTwoEvents() async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [endpoint])
        try await scene.synchronized()
        let old = try scene.upstream.git("P/r", "rev-parse", "main")
        let new = try scene.upstream.commit("P/r", message: "away")
        try scene.notify()
        try await eventually("the push is told") { receiver.requests.count == 1 }
        try scene.upstream.git("P/r", "update-ref", "refs/heads/main", old)
        try scene.notify()
        try await eventually("the reversal is told") { receiver.requests.count == 2 }
        let changes = try bodies().compactMap { ($0["changes"] as? [[String: Any]])?.first }
        #expect(changes.map { $0["toHash"] as? String } == [new, old])
        #expect(Set(receiver.requests.map { $0.header("webhook-id") }).count == 2)
    }

    @Test func otherRefs_AreMirrored_AndToldToNobody() async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [endpoint])
        try await scene.synchronized()
        try scene.script("git update-ref refs/pull/1/head main; git update-ref refs/notes/x main")
        try scene.notify()
        try await scene.arrives()
        try scene.upstream.commit("P/r", message: "told")
        try scene.notify()
        try await eventually("the push is told") { receiver.requests.count == 1 }
        #expect((try bodies()[0]["changes"] as? [Any])?.count == 1)
    }

    @Test(arguments: [(1000, false), (1001, true), (100_000, true)])
    func manyRefs_AreListed_UpToTheLimit(count: Int, isExceeded: Bool) async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [endpoint])
        try await scene.synchronized()
        // Packed, as a server writes them in one go.
        let script = """
            tip=$(git rev-parse main)
            { echo '# pack-refs with: peeled fully-peeled sorted'
            seq -w 1 \(count) | sed "s,.*,$tip refs/heads/many/&,"; } >"$GIT_DIR/packed-refs"
            """
        try scene.script(script)
        try scene.notify()
        try await eventually(within: 60, "the push is told") { receiver.requests.count == 1 }
        let body = try bodies()[0]
        #expect(body["refLimitExceeded"] as? Bool == isExceeded)
        #expect((body["changes"] as? [Any])?.count == (isExceeded ? 0 : count))
        try await scene.arrives()
    }

    @Test func quarantine_IsToldOnce_AndItsEndToo() async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [
            "{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\", events: [\"mirror:repo_sync_failed\", \"mirror:state_changed\"] }"
        ], extra: "sync: { interval: 1s, attempts: 2 }")
        try await scene.synchronized()
        try scene.upstream.commit("P/r", message: "to be broken")
        let tip = try scene.upstream.git("P/r", "rev-parse", "main")
        let object = scene.upstream.repository("P/r") + "/objects/\(tip.prefix(2))/\(tip.dropFirst(2))"
        try FileManager.default.moveItem(atPath: object, toPath: object + ".away")
        try scene.notify()
        try await eventually(within: 40, "it is quarantined") { try scene.trouble(of: "P/r")?.status == "quarantined" }
        try await eventually("it is told") { try failures().count == 1 }
        try FileManager.default.moveItem(atPath: object + ".away", toPath: object)
        #expect(try scene.node.command("sync", "P/r").status == 0)
        try await eventually(within: 20, "its end is told") { try failures().count == 2 }
        let states = try bodies().filter { $0["eventKey"] as? String == "mirror:state_changed" }
        #expect(!states.isEmpty)
        #expect(try scene.node.command("webhooks", "deliveries").output.contains("mirror:repo_sync_failed P/r"))
    }

    private func failures() throws -> [[String: Any]] {
        try bodies().filter { $0["eventKey"] as? String == "mirror:repo_sync_failed" }
    }
}
