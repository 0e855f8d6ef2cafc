import Foundation
import Glibc
@testable import HelioGit
import HelioNode
import Testing

/// A crash between any two steps, played by stopping there and going on with a fresh instance.
@Suite struct RecoveryTests {
    private func restarted(_ farm: Farm) async throws -> LocalCopies {
        let copies = try LocalCopies(git: Git(farm.git.configuration))
        #expect(try await copies.sweep().isEmpty)
        return copies
    }

    private func prepared(_ farm: Farm) async throws -> PreparedChange {
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git push -q origin HEAD:refs/heads/a HEAD:refs/heads/old")
        try await farm.sync("P/r")
        try farm.sh("""
            cd work/P/r && git push -q origin :refs/heads/a && echo 2 > file && git commit -qam 2
            git push -q origin HEAD:main HEAD:refs/heads/a/b :old && git --git-dir=../../../up/P/r.git symbolic-ref HEAD refs/heads/a/b
            """)
        guard case .change(let change, nil) = try await farm.prepare("P/r") else { throw Missing(name: "change") }
        return change
    }

    @Test func crashBeforeTheRefsMove_IsFinished() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        #expect(try await restarted(farm).recover(change) == .finished)
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func crashBetweenTheHalvesOfADirectoryFileConflict_IsFinished() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try farm.sh("git --git-dir=data/repositories/P/r.git update-ref -d refs/heads/a")
        #expect(try await restarted(farm).recover(change) == .finished)
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func crashBeforeHeadIsSet_IsFinished() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try await farm.copies.updateRefs(of: farm.copy("P/r"), from: try #require(change.old).refs, to: change.new.refs)
        #expect(try await farm.isMirrored("P/r") == false)
        #expect(try await restarted(farm).recover(change) == .finished)
        #expect(try await farm.isMirrored("P/r"))
    }

    /// Somebody was at work by hand, or a git could not remove its lock.
    @Test func staleLockOfHead_GivesWayOnceTheRefsHaveMoved() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try farm.sh("touch -d '1 minute ago' data/repositories/P/r.git/HEAD.lock")
        try await farm.copies.apply(change, staged: nil)
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func crashAfterEverything_IsFinishedEvenTwice() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try await farm.copies.apply(change, staged: nil)
        #expect(try await restarted(farm).recover(change) == .finished)
        #expect(try await restarted(farm).recover(change) == .finished)
    }

    @Test func missingObjects_AreRolledBack() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        let before = try farm.formula(farm.copy("P/r"))
        try farm.sh("cd data/repositories/P/r.git && git update-ref -d refs/heads/a && git repack -adq && git prune --expire=now")
        #expect(try await restarted(farm).recover(change) == .rolledBack)
        #expect(try farm.formula(farm.copy("P/r")) == before)
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test(arguments: [
        "update-ref refs/heads/other main", "update-ref refs/heads/old $(git commit-tree -m x main^{tree})",
        "update-ref -d refs/heads/main", "symbolic-ref HEAD refs/heads/old",
    ])
    func refsThatAreNeitherOldNorNew_AreLeftAlone(_ meddling: String) async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try farm.sh("cd data/repositories/P/r.git && git \(meddling)")
        let before = try farm.formula(farm.copy("P/r"))
        #expect(try await restarted(farm).recover(change) == .rolledBack)
        #expect(try farm.formula(farm.copy("P/r")) == before)
    }

    /// A loose ref that a power cut has left empty: readers pass over it, and git makes no other in its place.
    @Test func changeThatCannotBeMade_IsGivenUp_AndTheCopyMadeAnew() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try farm.sh("cd data/repositories/P/r.git && git update-ref -d refs/heads/a && mkdir -p refs/heads/a && : > refs/heads/a/b")
        let copies = try await restarted(farm)
        await #expect(throws: Failure.self) { try await copies.apply(change, staged: nil) }
        #expect(try await copies.recover(change) == .rolledBack)
        try await farm.sync("P/r", rebuild: true)
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func copyThatCannotBeRead_IsRolledBack_AndMadeAnew() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try farm.sh("rm data/repositories/P/r.git/HEAD")
        #expect(try await restarted(farm).recover(change) == .rolledBack)
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func crashBeforeTheRename_IsRolledBackAndSwept() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        guard case .change(let change, _?) = try await farm.prepare("P/r") else { return #expect(Bool(false)) }
        let copies = try await restarted(farm)
        #expect(try await copies.recover(change) == .rolledBack)
        #expect(try await copies.condition(of: change.name) == .missing)
        #expect(try farm.sh("ls data/staging | wc -l").trimmed == "0")
    }

    @Test func crashAfterTheRename_IsFinished() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        guard case .change(let change, let staged) = try await farm.prepare("P/r") else { return #expect(Bool(false)) }
        try await farm.copies.apply(change, staged: staged)
        #expect(try await restarted(farm).recover(change) == .finished)
    }

    @Test func apply_Fails_WhenARefIsNotWhatTheChangeSays() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try farm.sh("cd data/repositories/P/r.git && git update-ref refs/heads/old $(git commit-tree -m x main^{tree})")
        let failure = await #expect(throws: Failure.self) { try await farm.copies.apply(change, staged: nil) }
        #expect(failure?.reason == .refLock)
        #expect(try farm.sh("git --git-dir=data/repositories/P/r.git rev-parse -q --verify refs/heads/a/b || echo none").trimmed == "none")
    }

    /// As a git leaves it that the disk did not let remove it; a young one may be somebody's at work by hand.
    @Test func staleLock_IsInNobodysWay_AndAYoungOneStays() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        let lock = "data/repositories/P/r.git/refs/heads/old.lock"
        try farm.sh("touch \(lock)")
        for _ in 0..<2 {
            let failure = await #expect(throws: Failure.self) { try await farm.copies.apply(change, staged: nil) }
            #expect(failure?.reason == .refLock)
        }
        try farm.sh("touch -d '10 seconds ago' \(lock)")
        #expect(try await farm.copies.recover(change) == .finished)
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func sweep_RemovesStaleLocksAndTemporaryPacksOnly() async throws {
        let farm = try Farm()
        let change = try await prepared(farm)
        try farm.sh("""
            cd data/repositories/P/r.git && touch HEAD.lock packed-refs.lock refs/heads/main.lock config.lock objects/pack/tmp_pack_a shallow
            mkdir -p refs/heads/deep && touch refs/heads/deep/x.lock objects/pack/.tmp-1-pack-a.pack; mkdir objects/incoming-x
            echo 'fetch-pack 1 on host' > objects/pack/pack-1.keep; echo mine > objects/pack/pack-2.keep
            """)
        #expect(try await restarted(farm).recover(change) == .finished)
        #expect(try farm.sh("cd data/repositories/P/r.git && find . -name '*.lock' -o -name '*tmp*' -o -name 'incoming*' -o -name shallow -o -name '*.keep'").trimmed == "./objects/pack/pack-2.keep")
    }

    @Test func maintenance_KeepsACopyTidyAndRunsNothingWhenNothingIsDue() async throws {
        let farm = try Farm {
            $0.maintenance.looseRefs = 20
            $0.maintenance.packs = 3
            $0.maintenance.looseObjects = 200
        }
        try farm.make("P/r")
        try await farm.sync("P/r")
        let name = try RepositoryName("P/r")
        #expect(try await farm.copies.maintain(name).wasDue == false)
        // Each push is small enough that its refs become files.
        for push in ["a", "b"] {
            try farm.sh("cd work/P/r && git push -q origin $(seq -f HEAD:refs/heads/\(push)%g 15)")
            try await farm.sync("P/r")
        }
        #expect(try await farm.copies.maintain(name) == { var done = Maintenance(); done.packedRefs = true; return done }())
        for round in 1...5 {
            try farm.sh("cd work/P/r && for i in 1 2 3; do echo \(round)$i > f$i; done; git add . && git commit -qm \(round) && git push -q origin HEAD:main")
            try await farm.sync("P/r")
            try farm.sh("cd data/repositories/P/r.git && git repack -dq")
        }
        #expect(try await farm.copies.maintain(name).repacked)
        #expect(try farm.sh("ls data/repositories/P/r.git/objects/pack/*.pack | wc -l").trimmed <= "3")
        #expect(try await farm.isMirrored("P/r"))
    }

    /// What was pushed by mistake and taken back must not stay for ever on every mirror.
    @Test(arguments: [(known: 1, isKept: true), (20, false)])
    func unreachableObjects_GoFromPacksToo_OnceTheyAreOld(known days: Int, isKept: Bool) async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd work/P/r && git checkout -q -b x && echo secret > s && git add s && git commit -qm s && git push -q origin x
            git rev-parse HEAD > ../../../lost
            """)
        try await farm.sync("P/r")
        try farm.sh("cd work/P/r && git push -q origin :x")
        try await farm.sync("P/r")
        let name = try RepositoryName("P/r")
        #expect(try await farm.copies.maintain(name).wasDue == false)
        let copy = "cd data/repositories/P/r.git && "
        // A clock that was ahead is forgotten.
        try farm.sh(copy + "touch -d '10 years' heliostat-pruned")
        #expect(try await farm.copies.maintain(name).wasDue == false)
        #expect(try farm.sh(copy + "find heliostat-pruned -newermt '1 hour'").isEmpty)
        try farm.sh(copy + "touch -d '20 days ago' heliostat-pruned && touch -d '\(days) days ago' objects/pack/*")
        #expect(try await farm.copies.maintain(name).pruned)
        #expect(try await farm.copies.maintain(name).wasDue == false)
        let found = try farm.sh(copy + "git cat-file -e $(cat ../../../../lost) 2>/dev/null && echo yes || echo no").trimmed
        #expect(found == (isKept ? "yes" : "no"))
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func youngUnreachableObjects_MakeMaintenanceDueOnce() async throws {
        let farm = try Farm { $0.maintenance.looseObjects = 200 }
        try farm.make("P/r")
        try await farm.sync("P/r")
        let name = try RepositoryName("P/r")
        // One in the directory that is counted is taken for 256. Too young to be pruned, they go into a pack with the rest.
        try farm.sh("cd data/repositories/P/r.git && i=0 && until [ -d objects/17 ]; do i=$((i+1)); echo $i | git hash-object -w --stdin > last; done")
        #expect(try await farm.copies.maintain(name) == { var done = Maintenance(); (done.pruned, done.repacked) = (true, true); return done }())
        #expect(try await farm.copies.maintain(name).wasDue == false)
        try farm.sh("cd data/repositories/P/r.git && git cat-file -e $(cat last)")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func fullDisk_IsDiskAndLeavesTheCopyAndNoDebris() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("mkdir small && mount -t tmpfs -o size=3m none small")
        // The directory goes with the test whether it is mounted or not.
        defer { _ = try? farm.sh("umount small") }
        let copies = try LocalCopies(git: Git(GitConfiguration(data: farm.root + "/small/data")))
        let repository = try await farm.repository("P/r")
        guard case .change(let change, let staged) = try await copies.prepare(repository, upstream: farm.upstream, lastKnownHead: nil)
        else { return #expect(Bool(false)) }
        try await copies.apply(change, staged: staged)
        let before = try farm.formula(farm.root + "/small/data/repositories/P/r.git")
        try farm.sh("cd work/P/r && head -c 6000000 /dev/urandom > file && git commit -qam big && git push -q origin HEAD:main")
        for rebuild in [false, true] {
            let failure = await #expect(throws: Failure.self) {
                _ = try await copies.prepare(repository, upstream: farm.upstream, lastKnownHead: nil, rebuild: rebuild)
            }
            #expect(failure?.reason == .disk)
        }
        #expect(try farm.formula(farm.root + "/small/data/repositories/P/r.git") == before)
        #expect(try farm.sh("ls small/data/staging | wc -l").trimmed == "0")
        let space = try await copies.freeSpace()
        #expect(space.total == 3 << 20 && space.free > 1 << 20)
    }
}
