@testable import HelioGit
import HelioNode
import Testing

/// Loose refs that are there and cannot be read: what is not seen is not deleted, and has not gone back to what was packed before.
@Suite struct UnreadableRefTests {
    /// `main` was packed and has moved since; `alice/x` has never been packed.
    private func farm(_ format: String = "sha1", _ configure: (inout GitConfiguration) -> Void = { _ in }) async throws -> Farm {
        let farm = try Farm(configure)
        try farm.make("P/r", format: format)
        try farm.sh("""
            git --git-dir=up/P/r.git pack-refs --all && cd work/P/r && echo 2 > file && git commit -qam 2
            git push -q origin HEAD:main HEAD:refs/heads/alice/x HEAD:refs/pull/1/head
            """)
        try await farm.sync("P/r")
        return farm
    }

    /// Root, too, cannot read memory where there is none (EIO), nor a link that leads to itself (ELOOP). What a power cut leaves holds
    /// no ref. All of it is the repository's trouble, or it would hold up the farm.
    @Test(arguments: [
        ("sha1", "ln -sfn /proc/self/mem $f", "main", .corrupt), ("sha1", "ln -sfn /proc/self/mem $f", "alice/x", .corrupt),
        ("sha1", "ln -sfn ${f##*/} $f", "main", .rejected), ("sha1", "ln -sfn ${f##*/} $f", "alice/x", .rejected),
        ("sha1", ": > $f", "main", .corrupt), ("sha1", "head -c 41 /dev/zero > $f", "alice/x", .corrupt),
        ("sha256", "ln -sfn /proc/self/mem $f", "main", .corrupt), ("sha256", "ln -sfn ${f##*/} $f", "alice/x", .rejected),
        ("sha256", ": > $f", "alice/x", .corrupt),
    ] as [(String, String, String, FailureReason)])
    func refThatCannotBeRead_FailsItsRepository(
        _ format: String, _ damage: String, _ branch: String, _ reason: FailureReason
    ) async throws {
        let farm = try await farm(format)
        let (repository, before) = (try await farm.repository("P/r"), try farm.formula(farm.copy("P/r")))
        try farm.sh("cd up/P/r.git && f=refs/heads/\(branch) && \(damage)")
        let told = await #expect(throws: Failure.self) { _ = try await farm.upstream.refs(of: repository) }
        #expect(told?.reason == reason, "\(told?.message ?? "")")
        let listed = try #require(try await farm.upstream.list().repositories.first)
        #expect(listed.failure?.reason == reason && listed.content == nil)
        await #expect(throws: Failure.self) { _ = try await farm.sync("P/r") }
        #expect(try farm.formula(farm.copy("P/r")) == before)
    }

    /// As `RefReader.read` goes about it, up to where git is asked.
    private static func look(_ reader: RefReader, _ path: String) throws(Failure) -> RefSnapshot? {
        if let snapshot = try reader.readFast(path, foreign: true) { return snapshot }
        try PlainFiles.checkReadable(path, reader.filter)
        return nil
    }

    private func lookAsNobody(_ farm: Farm, mode: String) async throws -> RefSnapshot? {
        try farm.sh("chmod 755 . && cd up/P/r.git && chmod -R a+rX . && \(mode)")
        let (reader, path) = (RefReader(farm.git), farm.upstreamRoot + "/P/r.git")
        return try await Task.detached { () throws(Failure) in
            try asNobody { () throws(Failure) in try Self.look(reader, path) }
        }.value
    }

    /// Pushed with umask 077, for example.
    @Test(arguments: [
        "chmod 600 refs/heads/main", "chmod 600 refs/heads/alice/x", "chmod 700 refs/heads/alice", "chmod 744 refs/heads/alice",
        "chmod 700 refs/heads", "chmod 700 refs", "chmod 600 packed-refs", "chmod 600 HEAD",
    ])
    func refThatWeAreNotLetInto_IsNotPassedOver(_ mode: String) async throws {
        let farm = try await farm()
        let failure = await #expect(throws: Failure.self) { _ = try await lookAsNobody(farm, mode: mode) }
        #expect(failure?.reason == .auth, "\(failure?.message ?? "")")
    }

    @Test func excludedRefs_MayBeClosedOrBroken() async throws {
        let farm = try await farm { $0.refsExclude = ["refs/pull"] }
        let snapshot = try await lookAsNobody(farm, mode: "chmod 700 refs/pull")
        #expect(snapshot?.refs.map(\.name) == ["refs/heads/alice/x", "refs/heads/main"])
        for format in ["sha1", "sha256"] {
            let farm = try await self.farm(format) { $0.refsExclude = ["refs/pull"] }
            // A symbolic ref that leads nowhere is no broken one.
            try farm.sh("cd up/P/r.git && : > refs/pull/1/head && printf 'ref: refs/heads/nowhere\\n' > refs/heads/dangling")
            let told = try await farm.upstream.refs(of: try await farm.repository("P/r"))
            #expect(told.refs.map(\.name) == ["refs/heads/alice/x", "refs/heads/main"])
        }
    }

    /// A link that leads nowhere ends libgit2's listing of loose refs.
    @Test(arguments: [
        "ln -s nowhere/x refs/heads/a-link", "ln -s refs/heads/main refs/heads/a-link", "ln -s main refs/heads/a-link",
        "mkdir team && cp refs/heads/main team/x && ln -s ../../team refs/heads/a-team",
    ])
    func links_AreTakenAsGitTakesThem(_ link: String) async throws {
        let farm = try await farm()
        try farm.sh("cd up/P/r.git && \(link)")
        let listed = try #require(try await farm.upstream.list().repositories.first)
        #expect(try listed.content?.description == farm.formula("up/P/r.git"))
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func refThatIsPackedOrDeletedMeanwhile_IsFoundOrGone() async throws {
        let farm = try await farm()
        let path = farm.upstreamRoot + "/P/r.git"
        let loose = try PlainFiles.check(path, .everything)
        #expect(loose == ["refs/heads/main", "refs/heads/alice/x", "refs/pull/1/head"])
        let repository = try OpenRepository(path)
        let tip = try farm.sh("cd up/P/r.git && git update-ref -d refs/pull/1/head && git pack-refs --all && git rev-parse main").trimmed
        let refs = try repository.refs(.everything, loose: loose)
        #expect(Set(refs.map { "\($0.target) \($0.name)" }) == ["\(tip) refs/heads/main", "\(tip) refs/heads/alice/x"])
    }

    /// A disk that cannot read is no reason to make the copy anew; an empty file is one.
    @Test func copyWhoseRefCannotBeRead_IsNotDamaged() async throws {
        let farm = try await farm()
        let name = try RepositoryName("P/r")
        try farm.sh("cd data/repositories/P/r.git && ln -s /proc/self/mem refs/heads/main")
        let failure = await #expect(throws: Failure.self) { _ = try await farm.copies.condition(of: name) }
        #expect(failure?.reason == .disk)
        try farm.sh("cd data/repositories/P/r.git && rm refs/heads/main && : > refs/heads/main")
        guard case .damaged = try await farm.copies.condition(of: name) else { return #expect(Bool(false)) }
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    /// The names and the values of a repository with a `commondir` are those of another one.
    @Test func linkedRepository_IsReadWithTheSameCare() async throws {
        let farm = try await farm()
        try farm.sh("mkdir -p up/P/w.git && cd up/P/w.git && echo ../r.git > commondir && cp ../r.git/HEAD . && mkdir refs")
        let repository = try await farm.repository("P/w")
        #expect(try await farm.upstream.refs(of: repository).refs.count == 3)
        try farm.sh("ln -sfn /proc/self/mem up/P/r.git/refs/heads/main")
        let failure = await #expect(throws: Failure.self) { _ = try await farm.upstream.refs(of: repository) }
        #expect(failure?.reason == .corrupt)
    }
}
