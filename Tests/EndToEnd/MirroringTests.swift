import Foundation
import TestSupport
import Testing

/// A directory of repositories as it is found in the field, and what a node says of it.
@Suite(.serialized, .ownThreads) struct MirroringTests {
    private static let names = ["OWNER/NAME", "OWNER/OTHER", "A/B/c", "deep/1/2/3/4/leaf", "ROOT/x", "PUBLIC/open"]

    private func scene() throws -> Scene {
        let scene = try Scene(Self.names.filter { $0 != "ROOT/x" } + ["x"])
        try scene.script("git tag -a v1 -m one main; git branch feature; git update-ref refs/pull/1/head main", in: "OWNER/NAME")
        try scene.script("git symbolic-ref HEAD refs/heads/unborn", in: "A/B/c")
        try scene.script(
            """
            touch "$GIT_DIR/git-daemon-export-ok" "$GIT_DIR/../git-daemon-export-ok"
            printf 'Says "hello", a/b \\\\ caf\\303\\251\\n' > "$GIT_DIR/description"
            """, in: "PUBLIC/open")
        return scene
    }

    @Test func directory_IsMirroredToSynchronized_WithTheHashesOfTheShellFormula() async throws {
        let scene = try scene()
        try await scene.synchronized()
        let streamed = try scene.node.contentHashes()
        #expect(streamed.count == Self.names.count)
        for name in Self.names {
            let path = name == "ROOT/x" ? "x" : name
            let formula = try UpstreamFixture.contentHash(of: scene.upstream.repository(path))
            #expect(try streamed[derivedID(name)] == formula, "\(name)")
            #expect(try UpstreamFixture.contentHash(of: scene.node.copy(name)) == formula, "\(name)")
            #expect(try Shell().attempt(["git", "--git-dir", scene.node.copy(name), "fsck", "--strict"]).status == 0)
        }
    }

    @Test func stream_IsReadByJq_AndIsSortedByIds() async throws {
        let scene = try scene()
        try await scene.synchronized()
        let program = """
            [.projects[].id] == ([.projects[].id] | sort)
            and all(.projects[]; [.repositories[].id] == ([.repositories[].id] | sort))
            and ([.projects[].repositories[]] | length) == \(Self.names.count)
            and all(.projects[].repositories[].hashes; (.content | length) == 64 and (.metadata | length) == 64)
            """
        let url = scene.node.base + "/rest/mirroring/latest/repo-hashes"
        #expect(try Shell().run("sh", "-c", "curl -sS --max-time 20 '\(url)' | jq -e '\(program)'") == "true")
    }

    @Test func streams_AreTheSameBytes_OnTwoNodesAndAtTheUpstream() async throws {
        let scene = try scene()
        let other = try NodeFixture(in: scene.directory.path, upstream: scene.upstream.path, name: "other")
        defer { other.kill() }
        try other.start()
        try await scene.synchronized()
        try await other.waitForState("SYNCHRONIZED")
        let shell = Shell(directory: scene.directory.path)
        for (file, node) in [("one", scene.node), ("two", other)] {
            try shell.run("curl", "-sS", "--max-time", "20", "-o", file, node.base + "/rest/mirroring/latest/repo-hashes")
        }
        try shell.run("sh", "-c", "'\(NodeFixture.binary)' hashes '\(scene.upstream.path)' > upstream.json")
        #expect(try shell.attempt(["diff", "one", "two"]).output == "")
        // The command ends its line, the stream does not.
        #expect(try shell.run("cat", "one") == shell.run("cat", "upstream.json"))
        #expect(try shell.run("cat", "one").contains("\"content\""))
    }

    @Test func metadataHash_IsThatOfTheCanonicalJSON() async throws {
        let scene = try scene()
        try await scene.synchronized()
        let (project, repository) = (try derivedID("PUBLIC"), try derivedID("PUBLIC/open"))
        let canonical = """
            {"project":{"id":\(project),"key":"PUBLIC","name":"PUBLIC","public":true},\
            "repository":{"defaultBranch":"refs/heads/main","description":"Says \\"hello\\", a/b \\\\ caf\u{E9}",\
            "id":\(repository),"name":"open","public":true,"slug":"open"}}
            """
        let expected = try Shell().run(["sha256sum"], input: canonical).prefix(64)
        let json = try scene.node.get("/rest/mirroring/latest/repo-hashes/metadata?project=PUBLIC").json()
        let projects = try #require(json["projects"] as? [[String: Any]])
        #expect(projects.count == 1)
        #expect(projects.first?["public"] as? Bool == true)
        let repositories = try #require(projects.first?["repositories"] as? [[String: Any]])
        #expect((repositories.first?["hashes"] as? [String: String]) == ["metadata": String(expected)])
    }

    @Test(arguments: [
        "P/with space", "P/Caf\u{E9}", "P/Cafe\u{301}", "P/Case", "P/case", "P/100%41", "P/a'b\"c", "P/.hidden", "P/a&b?c#d", "Ünï/cödé",
        "P/\u{1F30D}",
    ])
    func odd_ButLegalName_IsMirroredAndCanBeNotified(name: String) async throws {
        let scene = try Scene([name])
        try await scene.synchronized()
        #expect(try scene.node.contentHashes()[derivedID(name)] == UpstreamFixture.contentHash(of: scene.upstream.repository(name)))
        try scene.upstream.commit(name, message: "pushed")
        try scene.notify(name)
        try await scene.arrives(name)
    }

    @Test func namesThatDifferOnlyInCaseOrNormalisation_AreRepositoriesOfTheirOwn() async throws {
        let names = ["P/Case", "P/case", "P/Caf\u{E9}", "P/Cafe\u{301}", "p/case"]
        let scene = try Scene(names)
        for name in names { try scene.upstream.commit(name, message: "only of \(Array(name.utf8))") }
        try await scene.synchronized()
        #expect(try Set(scene.node.contentHashes().values).count == names.count)
        for name in names { #expect(scene.node.mirrors(name, of: scene.upstream), "\(name)") }
    }
}
