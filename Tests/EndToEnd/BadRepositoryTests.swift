import Foundation
import TestSupport
import Testing

/// Broken, strange and hostile repositories beside good ones: the node says what is wrong, and they hold nobody up.
@Suite(.serialized, .ownThreads) struct BadRepositoryTests {
    private static let impatient = "sync: { interval: 2s, attempts: 1 }"

    /// A repository that is mirrored in spite of its looks, or not mirrored for a reason.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// With `GIT_DIR` set to a repository with one commit on `main`, `$other` a second one.
        let script: String
        /// nil: it is mirrored.
        var reason: String?
        var testDescription: String { name }
        var repository: String { "P/" + name.replacing(" ", with: "-") }
    }

    /// A tree with an entry that plain fsck refuses; `printf` takes the object id as bytes.
    private static func tree(_ entry: String, of object: String) -> String {
        """
        raw=$(git rev-parse \(object) | sed 's/../\\\\x&/g')
        tree=$(bash -c "printf '\(entry)\\\\0$raw'" | git hash-object -t tree -w --literally --stdin)
        git update-ref refs/heads/main $(git commit-tree $tree -m odd)
        """
    }

    static let mirrored = [
        Case(name: "zero-padded modes", script: tree("040000 directory", of: "main^{tree}")),
        Case(
            name: "historic dates",
            script: """
                commit=$(printf 'tree %s\\nauthor A<a@b> 1 +9999\\ncommitter A <a> 18446744073709551615 +0000\\n\\nold\\n' \
                $(git rev-parse 'main^{tree}') | git hash-object -t commit -w --literally --stdin); git update-ref refs/heads/main $commit
                """),
        Case(name: "of another user", script: "chown -R nobody \"$GIT_DIR\""),
        Case(name: "empty", script: "git update-ref -d refs/heads/main"),
        Case(name: "HEAD detached", script: "git update-ref --no-deref HEAD main"),
        Case(name: "HEAD dangling", script: "git symbolic-ref HEAD refs/heads/nowhere"),
        Case(name: "packed", script: "git repack -adq; git pack-refs --all; rmdir \"$GIT_DIR\"/refs/tags || :"),
        Case(
            name: "with a stale lock",
            script: "touch \"$GIT_DIR/packed-refs.lock\" \"$GIT_DIR/refs/heads/main.lock\" \"$GIT_DIR/HEAD.lock\""),
        Case(name: "with hooks and evil configuration", script: """
            git config core.fsmonitor 'touch /tmp/heliostat-evil'; git config uploadpack.packObjectsHook 'touch /tmp/heliostat-evil'
            git config core.sshCommand 'touch /tmp/heliostat-evil'; git config core.alternateRefsCommand 'touch /tmp/heliostat-evil'
            """),
        Case(name: "hides refs", script: "git config transfer.hideRefs refs/pull; git update-ref refs/pull/1/head main"),
        Case(name: "with a work tree beside it", script: "git config core.bare false; git config core.worktree /nonexistent"),
    ]

    static let refused = [
        Case(name: "without HEAD", script: "rm \"$GIT_DIR/HEAD\"", reason: "corrupt"),
        Case(name: "garbage in HEAD", script: "echo nonsense > \"$GIT_DIR/HEAD\"", reason: "corrupt"),
        Case(
            name: "missing blob", script: "o=$(git rev-parse main:file | sed 's|..|&/|'); rm -f \"$GIT_DIR/objects/$o\"", reason: "corrupt"),
        Case(
            name: "damaged commit",
            script: "o=$GIT_DIR/objects/$(git rev-parse main | sed 's|..|&/|'); chmod 600 $o; echo x > $o", reason: "corrupt"),
        Case(name: "ref to nothing", script: "echo 1234567890123456789012345678901234567890 > \"$GIT_DIR/refs/heads/main\"", reason: "corrupt"),
        // git passes over it. It was a ref once, perhaps, before a power cut: what cannot be read is not deleted.
        Case(name: "with garbage among its refs", script: "echo garbage > \"$GIT_DIR/refs/heads/other\"", reason: "corrupt"),
        Case(name: "with an empty ref", script: ": > \"$GIT_DIR/refs/heads/main\"", reason: "corrupt"),
        Case(name: "without objects", script: "rm -r \"$GIT_DIR/objects\"", reason: "corrupt"),
        Case(
            name: "shallow",
            script: """
                git commit-tree -p main -m two 'main^{tree}' | xargs git update-ref refs/heads/main
                git rev-parse main > "$GIT_DIR/shallow"
                """,
            reason: "rejected"),
        Case(
            name: "reftable",
            script: """
                git config core.repositoryformatversion 1; git config extensions.refstorage reftable
                mkdir "$GIT_DIR/reftable"; rm -r "$GIT_DIR/refs/heads"; echo 'this repository uses the reftable format' > "$GIT_DIR/refs/heads"
                echo 'ref: refs/heads/.invalid' > "$GIT_DIR/HEAD"
                """, reason: "rejected"),
        Case(name: "unknown extension", script: "git config core.repositoryformatversion 1; git config extensions.future true", reason: "rejected"),
        Case(name: "git directory in a tree", script: tree("40000 .git", of: "main^{tree}"), reason: "rejected"),
        Case(name: "symbolic gitmodules", script: tree("120000 .gitmodules", of: "main:file"), reason: "rejected"),
        Case(name: "parent directory in a tree", script: tree("40000 ..", of: "main^{tree}"), reason: "rejected"),
    ]

    private func scene(_ cases: [Case]) throws -> Scene {
        let scene = try Scene(["P/good"] + cases.map(\.repository), extra: Self.impatient)
        for item in cases {
            try scene.script("other=$(git commit-tree -p main 'main^{tree}' -m other)\n" + item.script, in: item.repository)
        }
        return scene
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to give files away")) func strangeRepositories_AreMirrored() async throws {
        let scene = try scene(Self.mirrored)
        try await scene.synchronized()
        for item in Self.mirrored {
            let trouble = try scene.trouble(of: item.repository)
            #expect(trouble == nil, "\(item.name): \(trouble?.message ?? "")")
            guard item.name != "hides refs" else { continue }
            let copy = try Self.formula(scene.node.copy(item.repository))
            #expect(try copy == Self.formula(scene.upstream.repository(item.repository)), "\(item.name)")
        }
        #expect(!FileManager.default.fileExists(atPath: "/tmp/heliostat-evil"))
    }

    /// The shell formula, for a repository that belongs to somebody else.
    private static func formula(_ path: String) throws -> String {
        let trust = ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*", "GIT_DIR": path]
        let formula = """
            (git for-each-ref --format='%(objectname) %(refname)'; \
            echo "HEAD $(git symbolic-ref -q HEAD || git rev-parse HEAD)") | sha256sum
            """
        return try Shell(environment: trust).run("sh", "-c", formula)
    }

    @Test func brokenRepositories_AreQuarantinedWithTheirReason_AndHoldNobodyUp() async throws {
        let scene = try scene(Self.refused)
        try await scene.synchronized()
        #expect(scene.node.mirrors("P/good", of: scene.upstream))
        for item in Self.refused {
            let trouble = try scene.trouble(of: item.repository)
            #expect(trouble?.status == "quarantined", "\(item.name)")
            #expect(trouble?.reason == item.reason, "\(item.name): \(trouble?.message ?? "")")
            #expect(!scene.hasCopy(item.repository), "\(item.name)")
        }
    }

    @Test func brokenRepository_IsMirrored_OnceItIsRepaired() async throws {
        let scene = try Scene(["P/good", "P/bad"], extra: Self.impatient)
        try scene.script("mv \"$GIT_DIR/HEAD\" \"$GIT_DIR/HEAD.gone\"", in: "P/bad")
        try await scene.synchronized()
        #expect(try scene.isQuarantined("P/bad", "corrupt"))
        try scene.script("mv \"$GIT_DIR/HEAD.gone\" \"$GIT_DIR/HEAD\"", in: "P/bad")
        try await scene.arrives("P/bad", within: 10, "the repaired repository")
    }

    @Test func repositoryThatBreaks_KeepsItsCopy() async throws {
        let scene = try Scene(["P/good", "P/bad"], extra: Self.impatient)
        try await scene.synchronized()
        let before = try UpstreamFixture.contentHash(of: scene.node.copy("P/bad"))
        try scene.script("echo 1234567890123456789012345678901234567890 > \"$GIT_DIR/refs/heads/main\"", in: "P/bad")
        try await eventually(within: 10, "quarantine") { try scene.isQuarantined("P/bad", "corrupt") }
        #expect(try UpstreamFixture.contentHash(of: scene.node.copy("P/bad")) == before)
        #expect(try scene.node.contentHashes()[derivedID("P/bad")] == before)
        #expect(scene.node.state == "SYNCHRONIZED")
    }

    @Test func sha256Repository_IsMirrored() async throws {
        let scene = try Scene(["P/good"], extra: "sync: { interval: 1h }")
        try Shell().run("git", "init", "-q", "--bare", "--object-format=sha256", "-b", "main", scene.upstream.repository("P/sha256"))
        try scene.upstream.commit("P/sha256", message: "one")
        try await scene.synchronized()
        #expect(scene.node.mirrors("P/sha256", of: scene.upstream))
        let expected = try UpstreamFixture.contentHash(of: scene.upstream.repository("P/sha256"))
        #expect(try scene.node.contentHashes()[derivedID("P/sha256")] == expected)
        try scene.upstream.commit("P/sha256", message: "two")
        try scene.notify("P/sha256")
        try await scene.arrives("P/sha256")
    }

    @Test func illegalNames_AreRejected_AndBlockNothing() async throws {
        let scene = try Scene(["P/good"], extra: Self.impatient)
        let long = String(repeating: "x", count: 201)
        for name in ["P/-dash", "P/line\nbreak", "P/..", "P/x.lock", "P/\(long)", "-Q/r", "P/.git", "P/tab\there", "P/esc\u{1B}[2J"] {
            try Shell().run("cp", "-r", scene.upstream.repository("P/good"), scene.upstream.path + "/placed")
            let path = scene.upstream.path + "/" + name + ".git"
            try Shell().run("sh", "-c", "mkdir -p \"$(dirname \"$1\")\"; mv \"$2\" \"$1\"", "sh", path, scene.upstream.path + "/placed")
        }
        try await scene.synchronized()
        #expect(scene.node.mirrors("P/good", of: scene.upstream))
        #expect(try scene.node.contentHashes().count == 1)
        let rejected = try #require(scene.overview()["rejected"] as? [[String: String]])
        #expect(rejected.count == 9, "\(rejected)")
        #expect(rejected.allSatisfy { !($0["why"] ?? "").isEmpty })
        #expect(!rejected.contains { ($0["path"] ?? "").unicodeScalars.contains { $0.value < 0x20 } })
    }
}
