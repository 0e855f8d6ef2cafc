import Foundation
@testable import HelioGit
import HelioNode
import Testing

@Suite struct ListingMemoryTests {
    /// Trusts a stamp at once, which is stricter than a node: every change has to show although nothing has settled.
    private func hasty(_ farm: Farm) throws -> DirectoryUpstream {
        try DirectoryUpstream(path: farm.upstreamRoot, git: farm.git, memory: ListingMemory(settling: .zero))
    }

    private func only(_ upstream: DirectoryUpstream) async throws -> ListedRepository? { try await upstream.list().repositories.first }

    @Test(arguments: [
        "git --git-dir=up/P/r.git update-ref refs/heads/new refs/heads/main",
        "git --git-dir=up/P/r.git update-ref refs/heads/deep/er refs/heads/main",
        "git --git-dir=up/P/r.git update-ref -d refs/heads/other",
        "git --git-dir=up/P/r.git update-ref refs/heads/other \"$(cat up/second)\"",
        "printf '%s\\n' \"$(cat up/second)\" > up/P/r.git/refs/heads/other",
        "git --git-dir=up/P/r.git symbolic-ref HEAD refs/heads/other",
        "git --git-dir=up/P/r.git update-ref refs/packed/x \"$(cat up/second)\" && git --git-dir=up/P/r.git pack-refs --all",
        "sed -i \"s/^[0-9a-f]* refs.tags.packed/$(cat up/second) refs\\/tags\\/packed/\" up/P/r.git/packed-refs",
        "echo words > up/P/r.git/description", "touch up/P/r.git/git-daemon-export-ok", "touch up/P/git-daemon-export-ok",
    ])
    func change_IsSeenByTheNextListing(_ change: String) async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd work/P/r && git commit -q --allow-empty -m two && git push -q origin HEAD:later && git rev-parse HEAD > ../../../up/second
            cd ../../.. && git --git-dir=up/P/r.git update-ref refs/tags/packed main && git --git-dir=up/P/r.git pack-refs --all
            git --git-dir=up/P/r.git update-ref refs/heads/other main
            """)
        let upstream = try hasty(farm)
        let before = try await only(upstream)
        try farm.sh(change)
        let after = try await only(upstream)
        let fresh = try await only(hasty(farm))
        #expect(after?.content == fresh?.content && after?.metadata == fresh?.metadata)
        #expect(after?.content != before?.content || after?.metadata != before?.metadata)
    }

    @Test func repository_IsNotReadAgain_WhenNothingChanged() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        let upstream = try hasty(farm)
        let listed = try #require(try await only(upstream))
        let stamp = try #require(ListingStamp(farm.upstreamRoot + "/P/r.git"))
        #expect(upstream.memory.recall(listed.repository.name, stamp)?.content == listed.content)
    }

    @Test func repository_IsReadAgain_WhileItsLastChangeIsYoung() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        let upstream = try DirectoryUpstream(path: farm.upstreamRoot, git: farm.git, memory: ListingMemory(settling: .seconds(3600)))
        let listed = try #require(try await only(upstream))
        let stamp = try #require(ListingStamp(farm.upstreamRoot + "/P/r.git"))
        #expect(upstream.memory.recall(listed.repository.name, stamp) == nil)
    }

    @Test func goneRepository_IsForgotten() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        let upstream = try hasty(farm)
        let listed = try #require(try await only(upstream))
        let stamp = try #require(ListingStamp(farm.upstreamRoot + "/P/r.git"))
        try farm.sh("mv up/P/r.git away")
        _ = try await upstream.list()
        #expect(upstream.memory.recall(listed.repository.name, stamp) == nil)
    }

    /// What a link leads to may change without a trace in the repository.
    @Test(arguments: [
        "ln -s main refs/heads/link", "rm HEAD && ln -s refs/heads/main HEAD", "mv refs ../refs && ln -s ../refs refs",
        "git pack-refs --all && mv packed-refs ../packed && ln -s ../packed packed-refs",
    ])
    func repositoryWithALink_IsNeverRemembered(_ link: String) throws {
        let farm = try Farm()
        try farm.make("P/r")
        #expect(ListingStamp(farm.upstreamRoot + "/P/r.git") != nil)
        try farm.sh("cd up/P/r.git && export GIT_DIR=. && \(link)")
        #expect(ListingStamp(farm.upstreamRoot + "/P/r.git") == nil)
    }

    /// Its refs are those of another one, and change there.
    @Test func repositoryWithACommonDirectory_IsNeverRemembered() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            mkdir -p up/Q/linked.git/refs up/Q/linked.git/objects && cd up/Q/linked.git
            cp ../../P/r.git/HEAD . && echo ../../P/r.git > commondir
            """)
        #expect(ListingStamp(farm.upstreamRoot + "/Q/linked.git") == nil)
        let upstream = try hasty(farm)
        let before = try #require(try await upstream.list().repositories.last)
        #expect("\(before.repository.name)" == "Q/linked" && before.content != nil)
        try farm.sh("git --git-dir=up/P/r.git update-ref refs/heads/new main")
        #expect(try await upstream.list().repositories.last?.content?.description == farm.formula("up/Q/linked.git"))
    }
}
