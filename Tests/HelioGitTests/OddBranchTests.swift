@testable import HelioGit
import HelioNode
import Testing

/// Branches that name a tag, a tree or a blob: git makes none, other servers do.
@Suite struct OddBranchTests {
    private func farm(_ format: String = "sha1") async throws -> Farm {
        let farm = try Farm()
        try farm.make("P/r", format: format)
        try farm.sh("cd work/P/r && git tag -am t v1 && git push -q origin v1 HEAD:a HEAD:odd")
        try await farm.sync("P/r")
        return farm
    }

    /// Without fsck, which finds fault with such a branch.
    private func isMirrored(_ farm: Farm) async throws -> Bool {
        let expected = try farm.formula("up/P/r.git")
        let snapshot = try await farm.copies.snapshot(of: try RepositoryName("P/r"))
        return try farm.formula(farm.copy("P/r")) == expected && snapshot.map { ContentHash.of($0).description } == expected
    }

    @Test(arguments: ["sha1", "sha256"]) func branchThatNamesNoCommit_IsMirroredAsItIs(_ format: String) async throws {
        let farm = try await farm(format)
        let steps = [
            "git rev-parse v1 > refs/heads/odd", "git rev-parse main^{tree} > refs/heads/odd", "git rev-parse main:file > refs/heads/new",
            "git update-ref refs/heads/beside main", "git rev-parse v1 > refs/heads/new && git update-ref -d refs/heads/beside",
            // Refs that are in each other's way move in two transactions.
            "git update-ref -d refs/heads/a && mkdir -p refs/heads/a && git rev-parse v1 > refs/heads/a/b",
            "git rev-parse main > refs/heads/odd", "git update-ref -d refs/heads/new", "git update-ref -d refs/heads/a/b",
        ]
        for step in steps {
            try farm.sh("cd up/P/r.git && \(step)")
            guard case .change(let change, nil) = try await farm.sync("P/r") else { return #expect(Bool(false), "\(step)") }
            #expect(change.kind == .incremental)
            #expect(try await isMirrored(farm), "\(step)")
        }
        try await farm.sync("P/r", rebuild: true)
        #expect(try await farm.isMirrored("P/r"))
    }

    /// packed-refs cannot hold what is symbolic in the copy; a new copy can.
    @Test func symbolicRefInItsPlace_HasTheCopyMadeAnew() async throws {
        let farm = try await farm()
        try farm.sh("git --git-dir=data/repositories/P/r.git symbolic-ref refs/heads/odd refs/heads/main")
        try farm.sh("cd up/P/r.git && git rev-parse v1 > refs/heads/odd")
        let failure = await #expect(throws: Failure.self) { _ = try await farm.sync("P/r") }
        #expect(failure?.reason == .corrupt)
        try await farm.sync("P/r", rebuild: true)
        #expect(try await isMirrored(farm))
    }

    /// The repository's own, so that it is made anew, or quarantined, and keeps no node from being synchronized.
    @Test(arguments: [
        ("echo 'fatal: something new under the sun' >&2; exit 128", .corrupt), ("kill -9 $$", .internal),
    ] as [(String, FailureReason)])
    func updateThatGitRefuses_IsTheRepositorys(_ end: String, _ reason: FailureReason) async throws {
        let farm = try await farm()
        try farm.sh("cd work/P/r && echo 2 > file && git commit -qam 2 && git push -q origin HEAD:main")
        guard case .change(let change, nil) = try await farm.prepare("P/r") else { return #expect(Bool(false)) }
        try farm.sh("""
            mkdir bin && cat > bin/git <<'END'
            #!/bin/sh
            case "$*" in *update-ref*) \(end);; esac
            exec git "$@"
            END
            chmod +x bin/git
            """)
        var configuration = farm.git.configuration
        configuration.program = farm.root + "/bin/git"
        let copies = LocalCopies(git: try Git(configuration))
        let failure = await #expect(throws: Failure.self) { try await copies.apply(change, staged: nil) }
        #expect(failure?.reason == reason)
        try await farm.copies.apply(change, staged: nil)
        #expect(try await farm.isMirrored("P/r"))
    }
}
