import Foundation
import TestSupport
import Testing

/// What is pushed upstream is at the mirror soon after.
@Suite(.serialized, .ownThreads) struct PushTests {
    @Test func pushes_AppearWithinTwoSeconds_AfterNotify() async throws {
        let scene = try Scene(PushCase.all.map(\.repository), extra: "sync: { interval: 1h }")
        for push in PushCase.all { try scene.prepare(push) }
        try await scene.synchronized()
        var slow: [String] = []
        for push in PushCase.all {
            let before = try UpstreamFixture.contentHash(of: scene.upstream.repository(push.repository))
            try scene.make(push)
            let after = try UpstreamFixture.contentHash(of: scene.upstream.repository(push.repository))
            #expect(after != before, "\(push.name) changes nothing")
            try scene.notify(push.repository)
            let start = ContinuousClock.now
            try await scene.arrives(push.repository, push.name)
            if ContinuousClock.now - start > .seconds(2) { slow.append(push.name) }
        }
        // Other suites share the processors: one in ten may have to wait for its turn.
        #expect(slow.count <= PushCase.all.count / 10, "\(slow)")
        let fsck = "for copy in \"$1\"/P/*.git; do git --git-dir \"$copy\" fsck --strict 2>&1 || echo \"$copy\"; done"
        let complaints = try Shell().run("sh", "-c", fsck, "sh", scene.node.data + "/repositories")
        #expect(complaints.split(separator: "\n").filter { !$0.hasPrefix("notice: ") && !$0.hasPrefix("dangling ") } == [])
        #expect(!scene.node.log.contains("synchronisation failed"))
    }

    @Test func pushes_AppearWithinOneInterval_WithoutNotify() async throws {
        let scene = try Scene(PushCase.all.map(\.repository), extra: "sync: { interval: 4s }")
        for push in PushCase.all { try scene.prepare(push) }
        try await scene.synchronized()
        for push in PushCase.all { try scene.make(push) }
        // One interval until the pass begins, and the time that so many synchronisations take.
        for push in PushCase.all { try await scene.arrives(push.repository, within: 4 + 6, push.name) }
        #expect(!scene.node.log.contains("synchronisation failed"))
    }

    @Test func push_AppearsAtOnce_WhenTheRepositoryIsNewToTheNode() async throws {
        let scene = try Scene(extra: "sync: { interval: 1h }")
        try await scene.synchronized()
        try scene.upstream.create("NEW/one")
        try scene.notify("NEW/one")
        try await scene.arrives("NEW/one")
        try await eventually("it is streamed") { try scene.node.contentHashes().count == 2 }
    }

    @Test func refsOfOurOwn_AreNeitherMirroredNorHashed() async throws {
        let scene = try Scene(extra: "sync: { interval: 1h, refs: { exclude: [\"refs/pull\"] } }")
        try scene.script("git update-ref refs/heliostat/x main; git update-ref refs/pull/1/head main")
        try await scene.synchronized()
        let refs = try Shell().run("git", "--git-dir", scene.node.copy("P/r"), "for-each-ref", "--format=%(refname)")
        #expect(refs == "refs/heads/main")
        #expect(try scene.node.contentHashes().values.first == UpstreamFixture.contentHash(of: scene.node.copy("P/r")))
    }

    @Test func emptyRepository_IsMirrored_AndItsFirstPushToo() async throws {
        let scene = try Scene([], extra: "sync: { interval: 1h }")
        try Shell().run("git", "init", "-q", "--bare", "-b", "trunk", scene.upstream.repository("P/empty"))
        try await scene.synchronized()
        #expect(scene.node.mirrors("P/empty", of: scene.upstream))
        try scene.upstream.commit("P/empty", branch: "trunk", message: "first")
        try scene.notify("P/empty")
        try await scene.arrives("P/empty")
    }

    #if DEBUG
        /// Going through 100,000 names takes an unoptimised build some seconds, and many beside other tests.
        private static let (patience, patienceOfMany) = (30.0, 30.0)
    #else
        private static let (patience, patienceOfMany) = (2.0, 10.0)
    #endif

    @Test func hundredThousandRefs_AreMirrored_AndOneMoreAppearsSoonAfterNotify() async throws {
        let scene = try Scene(["P/r", "P/many"], extra: "sync: { interval: 1h }")
        try scene.writeHundredThousandRefs(in: "P/many")
        try await scene.synchronized(within: 60)
        #expect(scene.node.mirrors("P/many", of: scene.upstream))
        try scene.upstream.commit("P/many", branch: "one-more", message: "pushed")
        try scene.notify("P/many")
        try await scene.arrives("P/many", within: Self.patience)
        try scene.script("git update-ref -d refs/changes/050000/head", in: "P/many")
        try scene.notify("P/many")
        try await scene.arrives("P/many", within: Self.patience, "the deletion")
    }

    @Test func hundredThousandRefsPushedAtOnce_Appear_AndHoldUpNothingAfterThem() async throws {
        let scene = try Scene(["P/many"], extra: "sync: { interval: 1h }")
        try await scene.synchronized()
        try scene.writeHundredThousandRefs(in: "P/many")
        try scene.notify("P/many")
        try await scene.arrives("P/many", within: Self.patienceOfMany)
        let copy = scene.node.copy("P/many")
        #expect(try Shell().run("find", copy + "/refs", "-type", "f").isEmpty)
        try scene.upstream.commit("P/many", branch: "one-more", message: "pushed")
        try scene.notify("P/many")
        try await scene.arrives("P/many", within: Self.patience, "the push after it")
        #expect(!scene.node.log.contains("synchronisation failed"))
    }

    @Test func manyNotifications_AreMerged_AndTheLastPushIsThere() async throws {
        let scene = try Scene(extra: "sync: { interval: 1h }")
        try await scene.synchronized()
        for number in 0..<30 {
            try scene.upstream.commit("P/r", message: "\(number)")
            let call = try HTTPCall(
                "http://localhost/notify", method: "POST", socket: scene.node.socket, body: #"{"repository":"P/r"}"#)
            #expect(call.status == 202)
        }
        try await scene.arrives()
    }
}

extension Scene {
    /// As git writes them, without the 100,000 files that it would make first.
    fileprivate func writeHundredThousandRefs(in repository: String) throws {
        let tip = try upstream.git(repository, "rev-parse", "main")
        try script(
            """
            { echo "# pack-refs with: sorted "; seq -f 'refs/changes/%06.0f/head' 100000 | sed 's|^|\(tip) |'
              echo "\(tip) refs/heads/main"; } > "$GIT_DIR/packed-refs"
            rm "$GIT_DIR/refs/heads/main"
            """, in: repository)
    }
}
