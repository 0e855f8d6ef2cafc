@testable import HelioGit
import HelioNode
import Synchronization
import TestSupport
import Testing

/// An upstream that packs its refs while they are read, as `git gc --auto` does after a push.
@Suite struct PackedMeanwhileTests {
    private static let count = 400

    @Test func snapshot_HasEveryRef_AtItsNewest() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("git -C up/P/r.git pack-refs --all")
        let reader = RefReader(farm.git)
        let path = farm.upstreamRoot + "/P/r.git"
        for round in 0..<15 {
            // All loose with a new value, before any reading of this round begins.
            let commit = try farm.sh("""
                cd up/P/r.git; c=$(git commit-tree -m \(round) $(git rev-parse main^{tree})); mkdir -p refs/heads
                for i in $(seq \(Self.count)); do echo $c > refs/heads/b$i; done; echo $c
                """).trimmed
            let packing = Packing()
            async let packed = onThread {
                defer { packing.isOver.store(true, ordering: .relaxed) }
                return try farm.sh("git -C up/P/r.git pack-refs --all")
            }
            while !packing.isOver.load(ordering: .relaxed) {
                let refs = try await reader.read(path, foreign: true).refs.filter { $0.name.description.contains("/b") }
                #expect(refs.count == Self.count && refs.allSatisfy { $0.target.description == commit }, "\(refs.count) refs in round \(round)")
            }
            _ = try await packed
        }
    }
}

private final class Packing: Sendable {
    let isOver = Atomic(false)
}
