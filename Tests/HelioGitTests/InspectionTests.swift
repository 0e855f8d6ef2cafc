import Foundation
@testable import HelioGit
import HelioNode
import TestSupport
import Testing

/// What is found on a disk, against what git itself says of it.
@Suite struct InspectionTests {
    private func look(_ farm: Farm, _ name: String = "P/r", _ depth: Inspection.Depth = .tips) async throws -> DiskReading {
        await Inspection(git: farm.git).copy(of: try RepositoryName(ByteString(name)), depth)
    }

    private func content(_ reading: DiskReading) throws -> DiskContent {
        guard case .read(let found) = reading else { throw Missing(name: "\(reading)") }
        return found
    }

    @Test(arguments: ["sha1", "sha256"]) func figures_AreWhatGitCounts(format: String) async throws {
        let farm = try Farm()
        try farm.make("P/r", format: format)
        try farm.sh("cd work/P/r && git tag -am t v1 && git push -q origin v1 && git push -q origin HEAD:refs/pull/1/head")
        try await farm.sync("P/r")
        // Loose objects beside the pack.
        try farm.sh("export GIT_DIR='\(farm.copy("P/r"))'; echo a | git hash-object -w --stdin; echo b | git hash-object -w --stdin")
        let found = try content(try await look(farm))
        #expect(found.content.description == (try farm.formula(farm.copy("P/r"))))
        #expect(found.figures.refs == 3)
        let counts = try farm.sh("git --git-dir='\(farm.copy("P/r"))' count-objects -v")
        var numbers: [String: Int64] = [:]
        for line in counts.split(separator: "\n") {
            let words = line.split(separator: " ")
            numbers[String(words[0])] = Int64(words[1])
        }
        let (loose, packed) = (numbers["count:"] ?? 0, numbers["in-pack:"] ?? 0)
        #expect(loose >= 2)
        #expect(found.figures.objects == loose + packed)
        let bytes = try farm.sh("cd '\(farm.copy("P/r"))/objects' && cat pack/*.pack ??/* | wc -c").trimmed
        #expect(found.figures.bytes == Int64(bytes))
        #expect(found.gap == nil)
        #expect(try content(try await look(farm, "P/r", .connectivity)) == found)
    }

    @Test(arguments: ["sha1", "sha256"]) func tipWithoutItsObject_IsAGap_ThatNamesTheRef(format: String) async throws {
        let farm = try Farm()
        try farm.make("P/r", format: format)
        try await farm.sync("P/r")
        let tip = try farm.sh("git --git-dir=up/P/r.git rev-parse main").trimmed
        try farm.sh("cd '\(farm.copy("P/r"))/objects' && rm -rf pack/* ??")
        let gap = try content(try await look(farm)).gap
        #expect(gap == "refs/heads/main names \(tip), which is not there")
    }

    @Test func whatLiesDeeper_IsFoundByALookAtEverything() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && echo two > file && git commit -qam two && git push -q origin HEAD:main")
        try await farm.sync("P/r")
        let blob = try farm.sh("git --git-dir=up/P/r.git rev-parse main~1:file").trimmed
        try farm.sh("""
            export GIT_DIR='\(farm.copy("P/r"))'; cd "$GIT_DIR"
            if ls objects/pack/*.pack 2>/dev/null; then
              mkdir ../unpacked && mv objects/pack/* ../unpacked/ && for p in ../unpacked/*.pack; do git unpack-objects -q < $p; done
            fi
            rm -f objects/\(blob.prefix(2))/\(blob.dropFirst(2))
            """)
        #expect(try content(try await look(farm)).gap == nil)
        let gap = try content(try await look(farm, "P/r", .connectivity)).gap
        #expect(gap?.contains(blob) == true, "\(gap ?? "nothing")")
    }

    @Test func noCopy_IsAbsent_AndADirectoryThatIsNoRepository_IsUnreadable() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        #expect(try await look(farm, "P/none") == .absent)
        try farm.sh("rm '\(farm.copy("P/r"))/HEAD'")
        guard case .unreadable(let failure) = try await look(farm) else { throw Missing(name: "a failure") }
        #expect(failure.reason == .corrupt)
    }

    @Test func emptyRepository_IsWhole() async throws {
        let farm = try Farm()
        try farm.sh("git init -q --bare up/P/e.git")
        let source = try await farm.upstream.source(of: try await farm.repository("P/e"))
        for depth in [Inspection.Depth.tips, .connectivity] {
            let found = try content(await Inspection(git: farm.git).upstream(source, depth))
            #expect(found.figures == .zero && found.gap == nil)
        }
    }

    @Test func upstream_IsReadWithoutWhatIsExcluded_AndLeftAsItWas() async throws {
        let farm = try Farm { $0.refsExclude = ["refs/pull"] }
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git push -q origin HEAD:refs/pull/1/head")
        let before = try farm.sh("cd up && find . | sort && find . -type f | xargs cat | sha256sum")
        let source = try await farm.upstream.source(of: try await farm.repository("P/r"))
        let found = try content(await Inspection(git: farm.git).upstream(source, .connectivity))
        #expect(found.figures.refs == 1 && found.gap == nil)
        #expect(try farm.sh("cd up && find . | sort && find . -type f | xargs cat | sha256sum") == before)
    }

    @Test func packsThatNobodyCanRead_AreNoCount() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        // No index yet: a pack in the making.
        try farm.sh("cd '\(farm.copy("P/r"))/objects/pack' && echo x > pack-0000000000000000000000000000000000000001.pack")
        let whole = try content(try await look(farm))
        #expect(whole.gap == nil)
        try farm.sh("cd '\(farm.copy("P/r"))/objects/pack' && mkfifo pack-0000000000000000000000000000000000000001.idx")
        guard case .unreadable(let failure) = try await look(farm) else { throw Missing(name: "a failure") }
        #expect(failure.reason == .corrupt)
    }

    @Test func packIndex_SaysHowManyObjects() {
        let version2: [UInt8] = [0xFF, 0x74, 0x4F, 0x63, 0, 0, 0, 2]
        let zeros = [UInt8](repeating: 0, count: 1020)
        let rows: [([UInt8], Int64?)] = [
            (version2 + zeros + [0, 1, 0, 2], 65_538), (zeros + [0xFF, 0xFF, 0xFF, 0xFF], 4_294_967_295), (version2 + zeros + [0, 0, 0], nil),
            ([], nil), ([0xFF], nil),
        ]
        for (head, total) in rows { #expect(PackIndex.total(head[...]) == total) }
    }

    @Test func connectivity_EndsItsGit_WhenNobodyWaits() async throws {
        let farm = try Farm { $0.program = "/tmp/none" }
        try farm.make("P/r")
        try farm.sh("mkdir bin && printf '#!/bin/sh\\necho $$ > %s/pid; exec sleep 600\\n' \"$PWD\" > bin/git && chmod +x bin/git")
        var configuration = GitConfiguration(data: farm.data)
        configuration.program = farm.root + "/bin/git"
        configuration.killGrace = .milliseconds(300)
        let source = try await farm.upstream.source(of: try await farm.repository("P/r"))
        let inspection = Inspection(git: try Git(configuration))
        let look = Task { await inspection.upstream(source, .connectivity) }
        try await eventually("git runs") { FileManager.default.fileExists(atPath: farm.root + "/pid") }
        let process = try farm.sh("until [ -s pid ]; do :; done; cat pid").trimmed
        look.cancel()
        guard case .unreadable(let failure) = await look.value else { throw Missing(name: "a failure") }
        #expect(failure.reason == .cancelled)
        #expect(try farm.sh("kill -0 \(process) 2> /dev/null && echo lives || echo gone").trimmed == "gone")
    }
}
