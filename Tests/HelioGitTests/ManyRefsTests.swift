import Foundation
@testable import HelioGit
import HelioNode
import Testing

/// Changes of more refs than the copy may have loose.
@Suite struct ManyRefsTests {
    private static let threshold = 20

    private func farm(_ format: String = "sha1") async throws -> Farm {
        let farm = try Farm { $0.maintenance.looseRefs = Self.threshold }
        try farm.make("P/r", format: format)
        // Some packed by the first copy, two loose by the second, and one of ours.
        try farm.sh("""
            cd work/P/r && git tag -am t annotated && for i in $(seq 30); do git update-ref refs/heads/b$i main; done
            git push -q origin --all && git push -q origin annotated main:x main:y/z main:y/w/v && git --git-dir=../../../up/P/r.git update-ref refs/odd/$(printf 'caf\\351') main
            """)
        try await farm.sync("P/r")
        try farm.sh("""
            cd work/P/r && git tag -am t loose && echo 2 > file && git commit -qam 2 && git push -q origin loose main:b30
            git --git-dir=../../../data/repositories/P/r.git update-ref refs/heliostat/ours refs/heads/main
            """)
        try await farm.sync("P/r")
        return farm
    }

    /// Updates, deletions, creations, both directory/file conflicts, a name that is no UTF-8, and HEAD.
    private func prepared(_ farm: Farm) async throws -> PreparedChange {
        try farm.sh("""
            cd work/P/r && echo 3 > file && git commit -qam 3 && for i in $(seq 9); do git tag -am $i new$i; done
            git push -q origin --tags $(seq -f main:b%g 10) $(seq -f :b%g 11 20) :b30 $(seq -f main:refs/changes/%g/head 30) :x :y/z :y/w/v
            git push -q origin main:x/y/z main:y; cd ../../../up/P/r.git && git symbolic-ref HEAD refs/heads/b1
            git update-ref refs/odd/$(printf 'caf\\351') main; git update-ref refs/odd/$(printf '\\377') main
            """)
        guard case .change(let change, nil) = try await farm.prepare("P/r") else { throw Missing(name: "change") }
        return change
    }

    private func update(_ farm: Farm, _ change: PreparedChange) throws -> PackedRefsUpdate {
        let edits = RefTransaction(from: try #require(change.old).refs, to: change.new.refs).edits
        return PackedRefsUpdate(repository: farm.copy("P/r"), format: change.new.format, edits: edits)
    }

    private func inCopy(_ farm: Farm, _ script: String) throws -> String { try farm.sh("cd data/repositories/P/r.git && \(script)").trimmed }

    private static let files = "find refs -type f; ls | grep lock || true"

    @Test(arguments: ["sha1", "sha256"]) func largeChange_IsMirrored_AndReadByEverybody(_ format: String) async throws {
        let farm = try await farm(format)
        #expect(try inCopy(farm, "find refs -type f | sort") == "refs/heads/b30\nrefs/heliostat/ours\nrefs/tags/loose")
        let ours = try inCopy(farm, "git rev-parse refs/heliostat/ours")
        try await farm.copies.apply(try await prepared(farm), staged: nil)
        #expect(try await farm.isMirrored("P/r"))
        #expect(try inCopy(farm, Self.files).isEmpty)
        #expect(try inCopy(farm, "git rev-parse refs/heliostat/ours") == ours)
        #expect(try inCopy(farm, "stat -c %a packed-refs; head -1 packed-refs | tr ' ' _") == "640\n#_pack-refs_with:_sorted_")
        #expect(try await farm.copies.maintain(try RepositoryName("P/r")).wasDue == false)
        let peeled = try farm.sh("git --git-dir=up/P/r.git show-ref -d")
        #expect(peeled.contains("^{}"))
        #expect(try inCopy(farm, "git show-ref -d | grep -v heliostat") == peeled.trimmed)
        try farm.sh("git clone -q --mirror \"file://$PWD/data/repositories/P/r.git\" clone.git")
        #expect(try farm.sh("git --git-dir=clone.git show-ref -d | grep -v heliostat") == peeled)
        #expect(try inCopy(farm, "git pack-refs --all && head -1 packed-refs && git show-ref -d | grep -v heliostat").hasSuffix(peeled.trimmed))
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func tagsThatAreNotChanged_StayPeeled() async throws {
        let farm = try await farm()
        try await farm.copies.apply(try await prepared(farm), staged: nil)
        // `annotated` and `loose` were packed by git, the nine new ones by us.
        #expect(try inCopy(farm, "grep -c '^^' packed-refs") == "2")
    }

    @Test(arguments: [(threshold, threshold), (threshold + 1, 0)])
    func onlyMoreRefsThanMayBeLoose_ArePackedAtOnce(_ created: Int, _ loose: Int) async throws {
        let farm = try await farm()
        _ = try inCopy(farm, "git pack-refs --all")
        try farm.sh("cd work/P/r && git push -q origin $(seq -f main:c%g \(created))")
        try await farm.sync("P/r")
        #expect(try inCopy(farm, "find refs -type f | wc -l") == "\(loose)")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func everyRefDeleted_LeavesAnEmptyRepository() async throws {
        let farm = try await farm()
        try farm.sh("cd up/P/r.git && git for-each-ref --format='delete %(refname)' | git update-ref --stdin")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        #expect(try inCopy(farm, "git for-each-ref --format='%(refname)'") == "refs/heliostat/ours")
    }

    @Test(arguments: [
        "update-ref refs/heads/b1 $(git commit-tree -m x main^{tree})", "update-ref -d refs/heads/b11",
        "update-ref refs/changes/7/head main", "update-ref refs/changes/7/head/x main", "update-ref refs/changes/7 main",
    ])
    func apply_Fails_WhenARefIsNotWhatTheChangeSays(_ meddling: String) async throws {
        for isPacked in [false, true] {
            let farm = try await farm()
            let change = try await prepared(farm)
            _ = try inCopy(farm, "git \(meddling)")
            if isPacked { _ = try inCopy(farm, "git pack-refs --all") }
            let before = try farm.formula(farm.copy("P/r"))
            let failure = await #expect(throws: Failure.self) { try await farm.copies.apply(change, staged: nil) }
            #expect(failure?.reason == .refLock)
            #expect(try farm.formula(farm.copy("P/r")) == before)
            #expect(try inCopy(farm, "ls | grep lock || true").isEmpty)
        }
    }

    @Test(arguments: [
        "refs/heads/b1", "refs/changes/7/head", "refs/changes/7/head/x", "refs/changes/7", "refs/heads/b1.lock", "refs/odd/$(printf '\\351')",
    ])
    func looseRefThatAppearsMeanwhile_IsALock(_ path: String) async throws {
        let farm = try await farm()
        let update = try update(farm, try await prepared(farm))
        _ = try inCopy(farm, "git pack-refs --all; cp packed-refs ../before; mkdir -p $(dirname \(path)); git rev-parse main > \(path)")
        // One that is no part of the change is nobody's business.
        guard !path.contains("odd") else { return try update.run() }
        let failure = #expect(throws: Failure.self) { try update.run() }
        #expect(failure?.reason == .refLock)
        _ = try inCopy(farm, "cmp packed-refs ../before && ! ls *.lock")
    }

    @Test func heldLock_IsRefLockAndStays() async throws {
        let farm = try await farm()
        let change = try await prepared(farm)
        _ = try inCopy(farm, "git pack-refs --all; rm -f refs/heads/*; touch packed-refs.lock; cp packed-refs ../before")
        let failure = await #expect(throws: Failure.self) { try await farm.copies.apply(change, staged: nil) }
        #expect(failure?.reason == .refLock)
        _ = try inCopy(farm, "cmp packed-refs ../before && rm packed-refs.lock")
        try await farm.copies.apply(change, staged: nil)
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func staleLock_IsInNobodysWay() async throws {
        let farm = try await farm()
        let change = try await prepared(farm)
        _ = try inCopy(farm, "git pack-refs --all; rm -f refs/heads/*; touch -d '10 seconds ago' packed-refs.lock")
        try await farm.copies.apply(change, staged: nil)
        #expect(try await farm.isMirrored("P/r"))
    }

    /// git's way is slower and right.
    @Test func symbolicRefAmongThem_IsChangedByGit_AndAnotherStays() async throws {
        let farm = try await farm()
        _ = try inCopy(farm, "git symbolic-ref refs/heads/b1 refs/heads/b2; git symbolic-ref refs/heliostat/link refs/heads/b21")
        try await farm.copies.apply(try await prepared(farm), staged: nil)
        #expect(try await farm.isMirrored("P/r"))
        #expect(try inCopy(farm, "git symbolic-ref refs/heliostat/link") == "refs/heads/b21")
        #expect(try inCopy(farm, "git symbolic-ref -q refs/heads/b1 || echo none") == "none")
    }

    @Test func missingObject_IsCorruptAndNoRefMoves() async throws {
        let farm = try await farm()
        let change = try await prepared(farm)
        let before = try farm.formula(farm.copy("P/r"))
        _ = try inCopy(farm, "git repack -adq && git prune --expire=now")
        let failure = await #expect(throws: Failure.self) { try await farm.copies.apply(change, staged: nil) }
        #expect(failure?.reason == .corrupt)
        #expect(try farm.formula(farm.copy("P/r")) == before)
    }

    @Test func hundredThousandRefsAtOnce_LeaveNothingToDo() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        try farm.sh("""
            cd up/P/r.git && tip=$(git rev-parse main) && { echo '# pack-refs with: sorted '
            seq -f "$tip refs/changes/%06.0f/head" 100000; echo "$tip refs/heads/main"; } > packed-refs
            """)
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        #expect(try inCopy(farm, Self.files).isEmpty)
        #expect(try await farm.copies.maintain(try RepositoryName("P/r")).wasDue == false)
    }
}
