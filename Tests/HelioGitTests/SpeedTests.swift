import Foundation
@testable import HelioGit
import HelioNode
import Testing

/// Only measured when asked for: `HELIOSTAT_SPEED=1`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HELIOSTAT_SPEED"] != nil), .serialized) struct SpeedTests {
    @Test func listingAndFirstCopiesAndOneCommit() async throws {
        let farm = try Farm()
        try farm.make("P/seed")
        try farm.sh("""
            cd work/P/seed && for i in $(seq 40); do echo $i > f$i; git add .; git commit -qm $i; git tag t$i; done; git push -q origin HEAD:main --tags; cd ../../..
            git -C up/P/seed.git pack-refs --all; git -C up/P/seed.git repack -adq
            for i in $(seq 200); do cp -r up/P/seed.git up/P/r$i.git; done; mkdir clones
            """)
        let clock = ContinuousClock()
        let listing = try await clock.measure { _ = try await farm.upstream.list() }
        let again = try await clock.measure { _ = try await farm.upstream.list() }
        print("SPEED list 201:", listing, again)
        let clone = try clock.measure {
            try farm.sh("seq 200 | xargs -P4 -I{} git -c transfer.fsckObjects=true clone -q --mirror \"file://$PWD/up/P/r{}.git\" clones/r{}.git")
        }
        let first = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask { for i in stride(from: lane + 1, through: 200, by: 4) { try await farm.sync("P/r\(i)") } }
                }
                try await group.waitForAll()
            }
        }
        print("SPEED clone 200:", clone, "first copies 200:", first)
        var (plain, ours) = ([Duration](), [Duration]())
        for i in 1...15 {
            try farm.sh("cd work/P/seed && echo x\(i) > f1 && git commit -qam x\(i) && git push -q ../../../up/P/r1.git HEAD:main")
            ours.append(try await clock.measure { try await farm.sync("P/r1") })
            plain.append(try clock.measure { try farm.sh("git -C clones/r1.git fetch -q") })
        }
        print("SPEED bare fetch:", plain.sorted()[7], "prepare+apply:", ours.sorted()[7])
        let noop = try clock.measure { try farm.sh("for i in $(seq 50); do git -C clones/r$i.git fetch -q; done") }
        let hash = try clock.measure { try farm.sh("for i in $(seq 50); do git -C clones/r$i.git for-each-ref --format='%(objectname) %(refname)' | sha256sum; done >/dev/null") }
        print("SPEED no-op fetch each:", noop / 50, "for-each-ref|sha256sum each:", hash / 50)
    }
}
