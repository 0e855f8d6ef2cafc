import Foundation
import Glibc
@testable import HelioGit
import HelioNode
import TestSupport
import Testing

/// What readers, crashes, full disks and damaged files meet while many refs change at once.
@Suite struct ManyRefsFaultTests {
    private static let count = 500

    /// A copy that has some of its refs packed and some loose, and the change that moves all of them and HEAD.
    private func prepared() async throws -> (Farm, PreparedChange) {
        let farm = try Farm { $0.maintenance.looseRefs = 20 }
        try farm.make("P/r")
        try farm.sh("cd up/P/r.git && seq -f 'create refs/changes/%g/head refs/heads/main' \(Self.count) | git update-ref --stdin")
        try await farm.sync("P/r")
        try push(2, moving: 1...10, in: farm)
        try await farm.sync("P/r")
        try push(3, moving: 1...Self.count, in: farm)
        try farm.sh("cd up/P/r.git && git branch other main && git symbolic-ref HEAD refs/heads/other")
        guard case .change(let change, nil) = try await farm.prepare("P/r") else { throw Missing(name: "change") }
        return (farm, change)
    }

    private func push(_ content: Int, moving changes: ClosedRange<Int>, in farm: Farm) throws {
        try farm.sh("""
            cd work/P/r && echo \(content) > file && git commit -qam \(content) && git push -q origin HEAD:main && cd ../../../up/P/r.git
            seq -f 'update refs/changes/%g/head refs/heads/main' \(changes.lowerBound) \(changes.upperBound) | git update-ref --stdin
            """)
    }

    private func update(_ farm: Farm, _ change: PreparedChange) throws -> PackedRefsUpdate {
        let edits = RefTransaction(from: try #require(change.old).refs, to: change.new.refs).edits
        return PackedRefsUpdate(repository: farm.copy("P/r"), format: change.new.format, edits: edits)
    }

    private static let packed = "cd data/repositories/P/r.git && git pack-refs --all"

    @Test func readers_SeeAllOldOrAllNew() async throws {
        let (farm, change) = try await prepared()
        let (old, new) = (try #require(change.old).refs, change.new.refs)
        // Nothing loose: a reader that has read the loose refs and opens packed-refs after the swap sees some of both.
        try farm.sh(Self.packed)
        let output = farm.root + "/seen"
        // Ends with the test's directory, too.
        let loop = "cd '\(farm.copy("P/r"))' && touch ../../../../reading && while [ -e HEAD ] && [ ! -e ../../../../stop ]; do git for-each-ref | sha256sum; done"
        let reader = try Shell.spawn(["/bin/sh", "-c", loop], Shell.git, output: output)
        async let byLibgit = snapshots(farm)
        try await eventually("a reader reads") { access(farm.root + "/reading", F_OK) == 0 }
        for _ in 0..<30 {
            try await farm.copies.updateRefs(of: farm.copy("P/r"), from: old, to: new)
            try await farm.copies.updateRefs(of: farm.copy("P/r"), from: new, to: old)
        }
        try farm.sh("touch stop")
        var status: Int32 = 0
        waitpid(reader, &status, 0)
        #expect(Set(try farm.sh("cat seen").split(separator: "\n")).count == 2)
        for mixed in try await byLibgit.subtracting([old, new]) {
            Issue.record("of \(mixed.count) refs \(Set(mixed).subtracting(old).count) were not old and \(Set(mixed).subtracting(new).count) not new")
        }
    }

    private func snapshots(_ farm: Farm) async throws -> Set<[Ref]> {
        var seen: Set<[Ref]> = []
        while access(farm.root + "/stop", F_OK) != 0, !Task.isCancelled {
            if let snapshot = try await farm.copies.snapshot(of: try RepositoryName("P/r")) { seen.insert(snapshot.refs) }
        }
        return seen
    }

    /// What is on disk after a kill in each place.
    @Test(arguments: [
        "true", "git pack-refs --all", "git pack-refs --all && touch packed-refs.lock", "git pack-refs --all && head -c 9000 ../new > packed-refs.lock",
        "git pack-refs --all && cp ../new packed-refs.lock", "git pack-refs --all && cp ../new packed-refs",
        "git pack-refs --all && cp ../new packed-refs && cp HEAD HEAD.lock", "cp packed-refs packed-refs.new && touch refs/changes/1/head.lock",
    ])
    func crash_IsFinished(_ place: String) async throws {
        let (farm, change) = try await prepared()
        try farm.sh("cp -r data/repositories/P/r.git aside && GIT_DIR=aside git pack-refs --all")
        let elsewhere = PackedRefsUpdate(repository: farm.root + "/aside", format: .sha1, edits: try update(farm, change).edits)
        try elsewhere.run()
        try farm.sh("cp aside/packed-refs data/repositories/P/new && cd data/repositories/P/r.git && \(place)")
        let copies = try LocalCopies(git: Git(farm.git.configuration))
        #expect(try await copies.sweep().isEmpty)
        #expect(try await copies.recover(change) == .finished)
        #expect(try await farm.isMirrored("P/r"))
        #expect(try farm.sh("cd data/repositories/P/r.git && find . -name '*.lock' -o -path './refs/*' -type f").isEmpty)
        #expect(try await copies.recover(change) == .finished)
    }

    @Test func fullDisk_LeavesTheOldRefsAndNoLock() async throws {
        let (farm, change) = try await prepared()
        try farm.sh("mkdir small && mount -t tmpfs -o size=2m none small && cp -r data/repositories/P/r.git small")
        // The directory goes with the test whether it is mounted or not.
        defer { _ = try? farm.sh("umount small") }
        try farm.sh("cd small/r.git && git pack-refs --all && cp packed-refs ../../before && { cat /dev/zero > ../fill || truncate -s -16384 ../fill; } 2>/dev/null")
        let update = PackedRefsUpdate(repository: farm.root + "/small/r.git", format: .sha1, edits: try update(farm, change).edits)
        let failure = #expect(throws: Failure.self) { try update.run() }
        #expect(failure?.reason == .disk)
        try farm.sh("cmp small/r.git/packed-refs before && ! ls small/r.git/*.lock 2>/dev/null && rm small/fill")
        try update.run()
        #expect(try farm.sh("git --git-dir=small/r.git rev-parse refs/changes/500/head") == farm.sh("git --git-dir=up/P/r.git rev-parse main"))
    }

    @Test func failingSync_LeavesTheOldRefsAndNoLock() async throws {
        let (farm, change) = try await prepared()
        try farm.sh("\(Self.packed) && cp packed-refs ../before")
        var update = try update(farm, change)
        update.sync = { _ in
            errno = ENOSPC
            return -1
        }
        let failure = #expect(throws: Failure.self) { try update.run() }
        #expect(failure?.reason == .disk)
        try farm.sh("cd data/repositories/P/r.git && cmp packed-refs ../before && ! ls *.lock 2>/dev/null")
        try await farm.copies.apply(change, staged: nil)
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test(arguments: [
        "echo garbage > packed-refs", "truncate -s -1 packed-refs", "truncate -s 100 packed-refs", "sed -i '1s/pack/bag/' packed-refs",
        "sed -i '5s/ /  /' packed-refs && sed -i '5s/^.//' packed-refs", "sed -i '5s/^./x/' packed-refs", "sed -i '5s/ .*/ /' packed-refs",
        "sed -i '5{h;d};9G' packed-refs", "sed -i '5p' packed-refs", "sed -i '1a ^0123' packed-refs", "sed -i '5a ^0123' packed-refs",
        "printf '\\0' >> packed-refs", "echo >> packed-refs", "sed -i '5s/.*/#/' packed-refs",
    ])
    func damagedFile_IsCorruptAndLeftAlone(_ damage: String) async throws {
        let (farm, change) = try await prepared()
        try farm.sh("\(Self.packed) && \(damage) && cp packed-refs ../before")
        let update = try update(farm, change)
        let failure = #expect(throws: Failure.self) { try update.run() }
        #expect(failure?.reason == .corrupt, "\(failure?.message ?? "")")
        try farm.sh("cd data/repositories/P/r.git && cmp packed-refs ../before && ! ls *.lock 2>/dev/null")
    }

    /// Every file is read to its end or refused; nothing traps.
    @Test func mutatedFiles_AreReadOrCorrupt() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(state: seed)
        let id = String(repeating: "a", count: 40)
        let text = Array("# pack-refs with: peeled fully-peeled sorted \n\(id) refs/a\n^\(id)\n\(id) refs/b\n\(id) refs/c/d\n".utf8)
        for _ in 0..<20_000 {
            var mutated = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<mutated.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: mutated[place] = [0, 10, 32, 35, 94, 97, 255].randomElement(using: &random) ?? 0
                case 1: mutated.removeSubrange(place...)
                case 2: mutated.remove(at: place)
                default: mutated.insert(contentsOf: mutated[place...].prefix(60), at: place)
                }
                if mutated.isEmpty { mutated = [10] }
            }
            do throws(Failure) {
                var records = try PackedRecords(mutated, Bool.random(using: &random) ? .sha1 : .sha256)
                while try records.next() != nil {}
            } catch {
                #expect(error.reason == .corrupt, "seed \(seed)")
            }
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
