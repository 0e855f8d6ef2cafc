import Foundation
import HelioGit
import HelioNode
import Testing

/// What people do to an upstream, and the copy after it.
@Suite struct SynchronizationTests {
    @Test func firstCopy_HasAllRefsPackedAndTheModesOfTheSpec() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd work/P/r && git tag light && git tag -am t annotated && git checkout -qb side && echo 2 > file && git commit -qam 2
            git push -q origin side light annotated side:refs/pull/1/head side:refs/heliostat/ours
            """)
        guard case .change(let change, let staged?) = try await farm.sync("P/r") else { return #expect(Bool(false), "no snapshot") }
        #expect(change.kind == .snapshot && change.old == nil && change.new.refs.count == 5)
        #expect(!FileManager.default.fileExists(atPath: "\(staged)"))
        #expect(try await farm.isMirrored("P/r"))
        #expect(try farm.sh("cd data/repositories/P/r.git && find refs -type f; ls objects/pack/*.pack | wc -l").trimmed == "1")
        #expect(try farm.sh("stat -c %a data/repositories/P data/repositories/P/r.git/HEAD data/repositories/P/r.git/packed-refs") == "750\n640\n640\n")
        #expect(try farm.sh("find data/repositories -type d -perm /007 -o -type f -perm /007").isEmpty)
        guard case .unchanged(let snapshot) = try await farm.sync("P/r") else { return #expect(Bool(false), "changed") }
        #expect(snapshot == change.new)
    }

    @Test func incremental_FollowsPushTagForceDeleteAndDefaultBranch() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git push -q origin HEAD:gone HEAD:forced")
        try await farm.sync("P/r")
        let pushes = [
            "echo 2 > file && git commit -qam 2 && git push -q origin HEAD:main HEAD:refs/heads/new",
            "git tag -am t v1 && git push -q origin v1",
            "git commit -q --amend -m other && git push -qf origin HEAD:forced",
            "git push -q origin :gone",
            "git --git-dir=../../../up/P/r.git symbolic-ref HEAD refs/heads/new",
        ]
        for push in pushes {
            try farm.sh("cd work/P/r && \(push)")
            guard case .change(let change, nil) = try await farm.sync("P/r") else { return #expect(Bool(false), "\(push)") }
            #expect(change.kind == .incremental)
            #expect(try await farm.isMirrored("P/r"), "\(push)")
        }
    }

    @Test func prepare_MovesNoRef() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        let before = try farm.formula(farm.copy("P/r"))
        try farm.sh("cd work/P/r && echo 2 > file && git commit -qam 2 && git push -q origin HEAD:main")
        guard case .change = try await farm.prepare("P/r") else { return #expect(Bool(false)) }
        #expect(try farm.formula(farm.copy("P/r")) == before)
        #expect(try farm.sh("git --git-dir=data/repositories/P/r.git cat-file -t $(git --git-dir=up/P/r.git rev-parse main)").trimmed == "commit")
    }

    @Test(arguments: [["a", "a/b"], ["a/b", "a"], ["a/b/c", "a"], ["a", "a/b/c"]])
    func incremental_Succeeds_WhenARefGivesWayToADirectoryOrTheReverse(_ names: [String]) async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git push -q origin HEAD:refs/heads/\(names[0]) HEAD:refs/heads/stays")
        try await farm.sync("P/r")
        try farm.sh("cd work/P/r && git push -q origin :refs/heads/\(names[0]) && git push -q origin HEAD:refs/heads/\(names[1])")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        // and back, with loose refs this time
        try farm.sh("cd work/P/r && git push -q origin :refs/heads/\(names[1]) && git push -q origin HEAD:refs/heads/\(names[0])")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func names_InUnicodeNFCAndNFD_AndLeadingDash_StayApart() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git push -q origin 'HEAD:refs/heads/caf\u{e9}' 'HEAD:refs/heads/cafe\u{301}' HEAD:refs/heads/-x 'HEAD:refs/heads/\"q'")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        try farm.sh("cd work/P/r && echo 2 > file && git commit -qam 2 && git push -q origin 'HEAD:refs/heads/caf\u{e9}' HEAD:refs/heads/-x 'HEAD:refs/heads/\"q'")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        #expect(try farm.sh("git --git-dir=data/repositories/P/r.git for-each-ref | grep -c /caf").trimmed == "2")
    }

    @Test func excludedRefs_AreNeitherMirroredNorHashed() async throws {
        let farm = try Farm { $0.refsExclude = ["refs/pull", "refs/heads/tmp-*"] }
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git push -q origin HEAD:refs/pull/1/head HEAD:refs/heads/tmp-1 HEAD:refs/pulled/1")
        try await farm.sync("P/r")
        #expect(try farm.sh("git --git-dir=data/repositories/P/r.git for-each-ref --format='%(refname)'") == "refs/heads/main\nrefs/pulled/1\n")
        let listed = try #require(try await farm.upstream.list().repositories.first)
        let copy = try #require(try await farm.copies.snapshot(of: try RepositoryName("P/r")))
        #expect(listed.content == ContentHash.of(copy))
    }

    @Test func refsThatAreExcludedLater_GoFromTheCopy() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git push -q origin HEAD:refs/pull/1/head HEAD:refs/heads/tmp")
        try await farm.sync("P/r")
        try farm.sh("git --git-dir=data/repositories/P/r.git update-ref refs/heliostat/ours main")
        var configuration = farm.git.configuration
        configuration.refsExclude = ["refs/pull"]
        let git = try Git(configuration)
        let (copies, upstream) = (LocalCopies(git: git), try DirectoryUpstream(path: farm.upstreamRoot, git: git))
        let name = try RepositoryName("P/r")
        let listed = try #require(try await upstream.find(name))
        let before = try #require(try await copies.snapshot(of: name))
        #expect(listed.content != ContentHash.of(before))
        guard case .change(let change, nil) = try await copies.prepare(listed.repository, upstream: upstream, lastKnownHead: nil)
        else { return #expect(Bool(false)) }
        try await copies.apply(change, staged: nil)
        #expect(try listed.content?.description == farm.formula(farm.copy("P/r")))
        #expect(try farm.sh("git --git-dir=data/repositories/P/r.git for-each-ref --format='%(refname)'")
            == "refs/heads/main\nrefs/heads/tmp\nrefs/heliostat/ours\n")
    }

    @Test func rebuild_SwapsTheWholeCopy() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        try farm.sh("echo junk > data/repositories/P/r.git/junk")
        guard case .change(let change, _?) = try await farm.sync("P/r", rebuild: true) else { return #expect(Bool(false)) }
        #expect(change.kind == .snapshot && change.old == change.new)
        #expect(try farm.sh("ls data/staging data/repositories/P/r.git | grep -c junk || true").trimmed == "0")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func trash_KeepsTheCopyUntilItIsEmptied() async throws {
        let farm = try Farm()
        try farm.make("A/B/r")
        try await farm.sync("A/B/r")
        let name = try RepositoryName("A/B/r")
        try await farm.copies.trash(name, at: WallTime(millisecondsSince1970: 1000))
        #expect(try await farm.copies.snapshot(of: name) == nil)
        #expect(try farm.sh("ls data/repositories; ls -d data/trash/1000-*/A/B/r.git | wc -l").trimmed == "1")
        try await farm.copies.emptyTrash(olderThan: .seconds(10), now: WallTime(millisecondsSince1970: 11000))
        #expect(try farm.sh("ls data/trash | wc -l").trimmed == "1")
        try await farm.copies.emptyTrash(olderThan: .seconds(10), now: WallTime(millisecondsSince1970: 11001))
        #expect(try farm.sh("ls data/trash | wc -l").trimmed == "0")
    }

    /// Refs are bytes, and directories of loose refs have their names.
    @Test func refThatIsNotUTF8_HoldsUpNeitherTrashNorStartNorLocks() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        let odd = "data/repositories/P/r.git/refs/heads/$(printf 'caf\\351')"
        try farm.sh("mkdir -p \(odd)/deep && echo 0 > \(odd)/deep/x && touch \(odd)/deep/y.lock && cp -r data/repositories/P/r.git data/staging/left")
        #expect(try await farm.copies.sweep().isEmpty)
        #expect(try farm.sh("ls data/staging | wc -l; find data/repositories -name '*.lock'").trimmed == "0")
        try await farm.copies.trash(try RepositoryName("P/r"), at: WallTime(millisecondsSince1970: 0))
        try await farm.copies.emptyTrash(olderThan: .zero, now: WallTime(millisecondsSince1970: 1))
        #expect(try farm.sh("ls data/trash | wc -l").trimmed == "0")
    }
}
