import Foundation
import Glibc
@testable import HelioGit
import HelioNode
import Synchronization
import TestSupport
import Testing

/// Pipes and devices where files are expected, and a disk that does not answer.
@Suite(.timeLimit(.minutes(2))) struct HangingDiskTests {
    private static let pipes = [
        "rm packed-refs; mkfifo packed-refs", "rm config; mkfifo config", "rm HEAD; mkfifo HEAD", "mkfifo refs/heads/pipe",
        "mkfifo pipe; ln -s ../../pipe refs/heads/link", "mkfifo objects/info/alternates", "rm packed-refs; ln -s /dev/zero packed-refs",
        "mkdir refs/heads/deep; mkfifo refs/heads/deep/x; echo 'ref: refs/heads/deep/x' > refs/heads/alias",
    ]

    @Test(arguments: pipes) func pipeInAnUpstream_IsCorruptAndHangsNobody(_ damage: String) async throws {
        let farm = try Farm()
        for name in ["P/r", "P/good"] { try farm.make(name) }
        let repository = try await farm.repository("P/r")
        try farm.sh("cd up/P/r.git && git pack-refs --all && \(damage)")
        let failure = await #expect(throws: Failure.self) { _ = try await farm.upstream.refs(of: repository) }
        #expect(failure?.reason == .corrupt && failure?.message.contains("no regular file") == true)
        #expect(try await farm.upstream.list().repositories.map { $0.failure?.reason } == [nil, .corrupt])
    }

    /// Ways past a look at the files: out of the configuration, out of `refs/`, and round by links, 2⁵⁹ ways.
    private static let mazes: [(damage: String, reason: FailureReason)] = [
        ("mkfifo x; git config include.path x", .noProgress), ("mkfifo x; git config includeIf.gitdir:/.path x", .noProgress),
        ("mkfifo PIPE; echo 'ref: PIPE' > refs/heads/x", .noProgress),
        ("mkfifo PIPE; echo 'ref: PIPE' > refs/heads/x; echo 'ref: refs/heads/x' > refs/heads/y", .noProgress),
        (
            """
            mkdir maze; for i in $(seq 60); do mkdir maze/$i; done; ln -s ../maze/1 refs/maze
            for i in $(seq 59); do for n in a b; do ln -s ../$((i + 1)) maze/$i/$n; done; done
            """, .corrupt
        ),
    ]

    @Test(arguments: mazes) func repositoryThatNobodyGetsThrough_HoldsNoThread(_ damage: String, _ reason: FailureReason) async throws {
        let farm = try Farm {
            $0.noProgress = .seconds(2)
            $0.diskPatience = .seconds(5)
            $0.refLimits.count = 2000
        }
        for name in ["P/r", "P/good"] { try farm.make(name) }
        try await farm.sync("P/good")
        let repository = try await farm.repository("P/r")
        try farm.sh("cd up/P/r.git\n\(damage)")
        // More than there are threads, with all spares.
        let reasons = await withTaskGroup(of: FailureReason?.self, returning: [FailureReason?].self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do throws(Failure) { _ = try await farm.upstream.refs(of: repository) } catch { return error.reason }
                    return nil
                }
            }
            var reasons: [FailureReason?] = []
            for await reason in group { reasons.append(reason) }
            return reasons
        }
        #expect(reasons.count == 40 && reasons.allSatisfy { $0 == reason }, "\(reasons)")
        #expect(try await farm.copies.snapshot(of: try RepositoryName("P/good")) != nil)
        #expect(try await farm.upstream.list().repositories.map { $0.failure?.reason } == [nil, reason])
    }

    @Test func configurationElsewhere_AndRefsOutOfRefs_AreReadAsGitReadsThem() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd up/P/r.git && printf '[gc]\\nauto = 0\\n' > more && git config include.path more && echo 'ref: refs/heads/main' > TOP
            echo 'ref: TOP' > refs/heads/alias && echo 'ref: refs/heads/main' > refs/heads/c0
            for i in 1 2 3 4 5 6; do echo "ref: refs/heads/c$((i - 1))" > refs/heads/c$i; done
            """)
        let listed = try #require(try await farm.upstream.list().repositories.first)
        #expect(try listed.content?.description == farm.formula("up/P/r.git"))
        try farm.sh("git --git-dir=up/P/r.git config --unset include.path")
        let told = try await farm.upstream.refs(of: try await farm.repository("P/r"))
        #expect(told.refs.map { "\($0.name)" } == ["alias", "c0", "c1", "c2", "c3", "main"].map { "refs/heads/" + $0 })
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func callThatHangs_IsJoinedByNoOtherAtItsRepository() async throws {
        let threads = DiskThreads(count: 1, spares: 1, tick: .milliseconds(10))
        let (hanging, places) = (Hanging(), HangingPlaces())
        for _ in 0..<5 {
            let failure = await #expect(throws: Failure.self) {
                try await places.run(at: "P/r", on: threads, within: .milliseconds(50)) { hanging.wait() }
            }
            #expect(failure?.reason == .timeout)
        }
        #expect(try await places.run(at: "P/good", on: threads, within: .seconds(60)) { 1 } == 1)
        hanging.release()
        try await Self.waitForReturn(to: "P/r", places, threads)
    }

    @Test func batchThatHangs_IsHeldAgainstTheOneWhereItDoes() async throws {
        let threads = DiskThreads(count: 1, spares: 1, tick: .milliseconds(10))
        let (hanging, places) = (Hanging(), HangingPlaces())
        let batch = await #expect(throws: Failure.self) {
            try await places.run(on: threads, within: .milliseconds(50)) { visit throws(Failure) -> Void in
                try visit.call(at: "P/a") {}
                try visit.call(at: "P/r") { hanging.wait() }
                try visit.call(at: "P/z") {}
            }
        }
        #expect(batch?.reason == .timeout)
        for name in ["P/a", "P/z"] { #expect(try await places.run(at: name, on: threads, within: .seconds(60)) { 1 } == 1) }
        let again = await #expect(throws: Failure.self) { try await places.run(at: "P/r", on: threads, within: .seconds(60)) {} }
        #expect(again?.reason == .timeout)
        hanging.release()
        try await Self.waitForReturn(to: "P/r", places, threads)
    }

    private static func waitForReturn(to path: String, _ places: HangingPlaces, _ threads: DiskThreads) async throws {
        try await eventually("the call has returned") {
            do { return try await places.run(at: path, on: threads, within: .seconds(60)) { true } } catch { return false }
        }
    }

    @Test func pipeInACopy_IsDamageAndIsBuiltAnew() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        try farm.sh("rm data/repositories/P/r.git/packed-refs; mkfifo data/repositories/P/r.git/packed-refs")
        guard case .damaged = try await farm.copies.condition(of: try RepositoryName("P/r")) else { return #expect(Bool(false)) }
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func hangingCall_TimesOutAndOthersGoOn() async throws {
        let threads = DiskThreads(count: 1, spares: 1, tick: .milliseconds(10))
        let hanging = Hanging()
        defer { hanging.release() }
        let failure = await #expect(throws: Failure.self) { try await threads.run(within: .milliseconds(50)) { hanging.wait() } }
        #expect(failure?.reason == .timeout)
        #expect(try await threads.run(within: .seconds(60)) { 1 } == 1)
    }

    @Test func spares_AreBoundedAndWhoGetsNoThreadIsNotBlamed() async throws {
        let threads = DiskThreads(count: 1, spares: 1, tick: .milliseconds(10))
        let hanging = Hanging()
        for _ in 0..<2 {
            let failure = await #expect(throws: Failure.self) { try await threads.run(within: .milliseconds(50)) { hanging.wait() } }
            #expect(failure?.reason == .timeout)
        }
        let third = await #expect(throws: Failure.self) { try await threads.run(within: .milliseconds(50)) { hanging.wait() } }
        #expect(third?.reason == .disk)
        hanging.release()
        #expect(try await threads.run(within: .seconds(60)) { 1 } == 1)
    }

    @Test func hangingCallOnOurOwnDisk_IsNoFaultOfARepositorys() async throws {
        let threads = DiskThreads(count: 1, spares: 1, tick: .milliseconds(10))
        let hanging = Hanging()
        defer { hanging.release() }
        let failure = await #expect(throws: Failure.self) { try await threads.runOwn(within: .milliseconds(50)) { hanging.wait() } }
        #expect(failure?.reason == .disk && failure?.message.contains("did not answer") == true)
        let other = await #expect(throws: Failure.self) {
            try await threads.runOwn { () throws(Failure) -> Void in throw Failure(.corrupt, "broken") }
        }
        #expect(other?.reason == .corrupt)
    }

    private static let limits: [(noProgress: Duration, total: Duration, reason: FailureReason)] = [
        (.milliseconds(200), .seconds(3600), .noProgress), (.seconds(3600), .milliseconds(200), .deadline),
    ]

    @Test(arguments: limits)
    func growthThatHangs_IsNone_AndHoldsUpNoLimit(noProgress: Duration, total: Duration, reason: FailureReason) async {
        let hanging = Hanging()
        defer { hanging.release() }
        let growth = Growth(on: DiskThreads(count: 1, spares: 0)) {
            hanging.wait()
            return 1
        }
        // No process is in this group.
        let watch = ProgressWatch(group: .max, growth: growth, noProgress: noProgress, total: total)
        #expect(await watch.firstFailure(Activity())?.reason == reason)
    }

    @Test func growth_IsLookedAtOnceAtATime_AndSeenByTheNextWhoAsks() async throws {
        let looks = Looks()
        let hanging = Hanging()
        let growth = Growth(on: DiskThreads(count: 2, spares: 0)) {
            hanging.wait()
            return looks.next()
        }
        for _ in 0..<3 { #expect(growth.next() == nil) }
        hanging.release()
        var seen: UInt64?
        try await eventually("what the first look saw") {
            seen = growth.next()
            return seen != nil
        }
        #expect(seen == 1)
        try await eventually("what a later one saw") { growth.next() == 3 }
        #expect(Growth(of: nil).next() == nil)
    }

    private final class Looks: Sendable {
        private let count = Atomic<UInt64>(0)
        func next() -> UInt64 { count.wrappingAdd(1, ordering: .relaxed).newValue }
    }

    /// What a call waits for until it is released, for good.
    private final class Hanging: Sendable {
        private let ends: (read: Int32, write: Int32)

        init() {
            var pipe: [Int32] = [0, 0]
            _ = Glibc.pipe(&pipe)
            ends = (pipe[0], pipe[1])
        }

        func wait() {
            var byte: UInt8 = 0
            _ = read(ends.read, &byte, 1)
        }

        /// By bytes and not by closing: a child of another test may hold the other end too.
        func release() { _ = write(ends.write, "........", 8) }
    }
}
