@testable import HelioGit
import HelioNode
import Testing

/// Repositories with more refs than a node holds in its memory.
@Suite struct RefLimitTests {
    private func expectRejected(_ farm: Farm, _ damage: String) async throws {
        let repository = try await farm.repository("P/r")
        try farm.sh("cd up/P/r.git && c=$(git rev-parse main) && \(damage)")
        let failure = await #expect(throws: Failure.self) { _ = try await farm.upstream.refs(of: repository) }
        #expect(failure?.reason == .rejected, "\(failure?.message ?? "")")
        #expect(try await farm.upstream.list().repositories.map { $0.failure?.reason } == [nil, .rejected, nil])
    }

    private func farm(_ format: String, _ configure: (inout GitConfiguration) -> Void = { _ in }) throws -> Farm {
        let farm = try Farm(configure)
        for name in ["P/a", "P/r", "P/z"] { try farm.make(name, format: format) }
        return farm
    }

    /// All of it holes; whoever reads it takes its size of memory.
    @Test(arguments: ["sha1", "sha256"], [
        "truncate -s 129M packed-refs", "truncate -s 2M refs/heads/main", "truncate -s 2M HEAD", "truncate -s 2M config",
        "truncate -s 129M ../packed-refs && ln -s ../packed-refs packed-refs",
    ])
    func fileBeyondTheLimit_IsRejected_AndHoldsUpNoNeighbour(_ format: String, _ damage: String) async throws {
        try await expectRejected(try farm(format), damage)
    }

    @Test(arguments: ["sha1", "sha256"], [
        "for i in $(seq 60); do echo $c > refs/heads/b$i; done",
        "for i in $(seq 60); do echo $c > refs/heads/b$i; done; git pack-refs --all",
    ])
    func refsBeyondTheLimit_AreRejected(_ format: String, _ refs: String) async throws {
        try await expectRejected(try farm(format) { $0.refLimits.count = 50 }, refs)
    }

    /// By the length of `packed-refs`, and of the names of loose refs.
    @Test(arguments: ["sha1", "sha256"], [
        "for i in $(seq 30); do echo $c > refs/heads/b$i; done; git pack-refs --all",
        "d=refs/heads/$(printf '%0200d' 0) && mkdir $d && for i in $(seq 5); do echo $c > $d/b$i; done",
    ])
    func textBeyondTheLimit_IsRejected(_ format: String, _ refs: String) async throws {
        try await expectRejected(try farm(format) { $0.refLimits.bytes = 1000 }, refs)
    }

    /// Loose at the upstream and packed in the copy, where each tag has a second line.
    @Test(arguments: ["sha1", "sha256"]) func copyOfAsManyRefsAsAreTaken_IsRead(_ format: String) async throws {
        let farm = try Farm { $0.refLimits = RefLimits(count: 41, bytes: 3500) }
        try farm.make("P/r", format: format)
        try farm.sh("cd work/P/r && for i in $(seq 40); do git tag -am $i t$i; done && git push -q origin --tags")
        try await farm.sync("P/r")
        try farm.sh("git --git-dir=data/repositories/P/r.git pack-refs --all")
        #expect(try await farm.copies.snapshot(of: try RepositoryName("P/r"))?.refs.count == 41)
        try farm.sh("cd work/P/r && echo 2 > file && git commit -qam 2 && git push -q origin HEAD:main")
        guard case .change(let change, nil) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.kind == .incremental)
        #expect(try await farm.isMirrored("P/r"))
    }

    /// Hardly anything is held of what is left out.
    @Test(arguments: ["sha1", "sha256"], ["", "git pack-refs --all"])
    func refsThatAreLeftOut_CountAsTextOnly(_ format: String, _ packing: String) async throws {
        let farm = try Farm { ($0.refsExclude, $0.refLimits) = (["refs/changes"], RefLimits(count: 5, bytes: 3500)) }
        try farm.make("P/r", format: format)
        let repository = try await farm.repository("P/r")
        try farm.sh("cd up/P/r.git && c=$(git rev-parse main) && mkdir refs/changes && for i in $(seq 60); do echo $c > refs/changes/$i; done; \(packing)")
        #expect(try await farm.upstream.refs(of: repository).refs.count == 1)
    }

    @Test func serverThatTellsMore_IsRejected() throws {
        let lines = (1...51).map { Array("\(String(repeating: "1", count: 40))\trefs/heads/b\($0)\n".utf8) }
        let (filter, limits) = (RefFilter.everything, RefLimits(count: 50, bytes: 1 << 20))
        let failure = #expect(throws: Failure.self) { _ = try RefLines.parseRemote(Array(lines.joined()), filter: filter, limits) }
        #expect(failure?.reason == .rejected)
        let told = try RefLines.parseRemote(Array(lines.dropFirst().joined()), filter: filter, limits)
        #expect(told.refs.count == 50)
    }
}
