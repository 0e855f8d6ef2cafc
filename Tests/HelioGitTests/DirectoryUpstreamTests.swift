import Foundation
@testable import HelioGit
import HelioNode
import Testing

@Suite struct DirectoryUpstreamTests {
    @Test func list_FindsKeysOfAnyDepthAndNeverDescendsIntoARepository() async throws {
        let farm = try Farm()
        try farm.sh("""
            for r in top P/a A/B/c A/B.x/d 'P/with space' P/inner P/CASE P/case; do git init -q --bare "up/$r.git"; done
            git init -q --bare up/P/inner.git/nested.git; mkdir -p up/P/no-suffix && git init -q --bare up/P/no-suffix
            git init -q --bare up/P/no-suffix/hidden.git; ln -s . up/P/loop; ln -s ../P/a.git up/A/link.git; touch up/P/file.git
            """)
        let names = try await farm.upstream.list().repositories.map { "\($0.repository.name)" }
        #expect(Set(names) == ["ROOT/top", "P/a", "A/B/c", "A/B.x/d", "P/with space", "P/inner", "P/CASE", "P/case", "A/link"])
    }

    @Test func list_RejectsNamesThatCannotBeMirrored() async throws {
        let farm = try Farm()
        try farm.sh("""
            cd up && git init -q --bare P/good.git && mkdir -p ROOT
            for n in -dash x.lock .. "$(printf 'new\\nline')" "$(printf 'bad\\377')" ''; do mkdir -p "P/$n.git"; done
            mkdir -p ./-key/r.git P/$(printf '%0201d' 0).git twice.git ROOT/twice.git
            git init -q --bare ROOT/twice.git
            """)
        let listing = try await farm.upstream.list()
        #expect(listing.repositories.map { "\($0.repository.name)" } == ["P/good", "ROOT/twice"])
        #expect(listing.rejected.count == 9)
        #expect(listing.rejected.contains { $0.path == "P/new\\u{a}line" && $0.why == NameError.controlCharacter.rawValue })
        #expect(!listing.rejected.contains { $0.path.utf8.contains { $0 < 0x20 } })
    }

    @Test func find_LeadsToTheSameRepositoryAsList() async throws {
        let farm = try Farm()
        try farm.sh("git init -q --bare up/top.git; git init -q --bare up/A/B/c.git; echo ' hello ' > up/A/B/c.git/description; touch up/A/B/c.git/git-daemon-export-ok")
        for listed in try await farm.upstream.list().repositories {
            let found = try await farm.upstream.find(listed.repository.name)
            #expect(found?.repository == listed.repository && found?.content == listed.content && found?.metadata == listed.metadata)
        }
        let repository = try await farm.repository("A/B/c")
        #expect(repository.description == " hello" && repository.isPublic && !repository.project.isPublic)
        #expect(repository.defaultBranch == .main)
        #expect(try await farm.repository("ROOT/top").description == nil)
        #expect(try await farm.upstream.find(try RepositoryName("A/none")) == nil)
    }

    /// Else a notification would bring what the next listing deletes again.
    @Test func find_PassesOver_WhatAListingDoes() async throws {
        let farm = try Farm()
        let deep = (0..<16).map { "d\($0)" }.joined(separator: "/")
        try farm.sh("""
            git init -q --bare up/A/r.git && ln -s A up/B && ln -s r.git up/A/link.git && git init -q --bare up/A/bare && git init -q --bare up/A/bare/r.git
            git init -q --bare up/\(deep)/r.git
            """)
        try farm.sh("cp -a up 'dépôts 仓库'")
        for (name, isReached) in [("B/r", false), ("A/r", true), ("A/bare/r", false)] {
            #expect(DirectoryWalk.reaches(try RepositoryName(ByteString(name)), below: farm.root + "/dépôts 仓库") == isReached)
        }
        for name in ["B/r", "A/bare/r", "\(deep)/r"] { #expect(try await farm.upstream.find(try RepositoryName(ByteString(name))) == nil) }
        for name in ["A/r", "A/link"] { #expect(try await farm.upstream.find(try RepositoryName(ByteString(name))) != nil) }
    }

    /// As when the disk that it lies on is not mounted.
    @Test func repositoryBehindALink_IsDeletedWithTheLinkOnly() async throws {
        let farm = try Farm()
        try farm.sh("git init -q --bare mnt/r.git && git init -q --bare up/P/other.git && ln -s ../../mnt/r.git up/P/r.git")
        let name = try RepositoryName("P/r")
        #expect(try await farm.upstream.list().repositories.map { "\($0.repository.name)" } == ["P/other", "P/r"])
        let source = try await farm.upstream.source(of: try await farm.repository("P/r"))
        try farm.sh("mv mnt away")
        let listing = try await farm.upstream.list()
        #expect(listing.repositories.map { "\($0.repository.name)" } == ["P/other"])
        #expect(listing.unseen.mayHide(name))
        #expect(listing.rejected == [RejectedRepository(path: "P/r", why: "a link that leads nowhere")])
        guard case .unreadable = await Inspection(git: farm.git).upstream(source, .tips) else { return #expect(Bool(false)) }
        // Should the disk go between the walk and the reading.
        #expect(!Files.isGone(farm.upstreamRoot + "/P/r.git"))
        try farm.sh("rm up/P/r.git")
        let last = try await farm.upstream.list()
        #expect(last.rejected.isEmpty && !last.unseen.mayHide(name))
    }

    @Test func contentHashes_EqualTheFormula() async throws {
        let farm = try Farm()
        for name in ["P/a", "P/b"] { try farm.make(name) }
        for listed in try await farm.upstream.list().repositories {
            #expect(try listed.content?.description == farm.formula("up/\(listed.repository.name).git"))
        }
    }

    @Test func fifoInPlaceOfAFile_HangsNobody() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("rm up/P/r.git/description; mkfifo up/P/r.git/description")
        #expect(try await farm.repository("P/r").description == nil)
    }

    @Test func fingerprint_DiffersByPath() throws {
        let farm = try Farm()
        #expect(farm.upstream.fingerprint != (try DirectoryUpstream(path: farm.root, git: farm.git).fingerprint))
        #expect(farm.upstream.fingerprint == (try DirectoryUpstream(path: farm.upstreamRoot + "/", git: farm.git).fingerprint))
    }
}
