import Foundation
import Synchronization
import TestSupport
import Testing

extension Peers {
    /// What `kill -9` may do to announcements: repeat them.
    @Suite struct KilledAnnouncements {
        private static let branches = ["main", "release"]
        private static let names = (0..<4).map { "P/r\($0)" }

        @Test func everyFinalContent_IsAnnounced_AfterAHundredKills_ThoughAThirdOfTheAnswersFail() async throws {
            let seed = UInt64.random(in: 0 ... .max)
            let scene = try Scene(Self.names)
            let receiver = try FailingReceiver(seed: seed)
            let clock = try WallClock(in: scene.directory.path)
            try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"], keys: "announce_initial: true,")
            let pushes = Alongside<Void> { goesOn in
                var random = Seeded(state: seed ^ 1)
                var number = 0
                while goesOn() {
                    number += 1
                    let branch = Self.branches.randomElement(using: &random) ?? "main"
                    try scene.upstream.commit(Self.names.randomElement(using: &random) ?? "P/r0", branch: branch, message: "\(number)")
                }
            }
            var random = Seeded(state: seed)
            for round in 0..<100 {
                try scene.node.start(environment: clock.environment)
                let moment = ContinuousClock.now + .milliseconds(Int.random(in: 0...900 * Patience.factor, using: &random))
                try await eventually("the moment to kill") { ContinuousClock.now >= moment }
                #expect(scene.node.isRunning, "seed \(seed), round \(round): \(scene.node.log.suffix(2000))")
                scene.node.kill()
            }
            try await pushes.end()
            receiver.failNoMore()
            // What waits to be tried again is due.
            try clock.step(to: 2 * 86_400)
            try scene.node.start(environment: clock.environment)
            try await scene.node.waitForState("SYNCHRONIZED", within: 60)
            try await eventually(within: 60, "nothing waits; seed \(seed)") {
                try scene.node.sql("SELECT count(*) FROM delivery WHERE state IN ('pending', 'prepared')") == "0"
            }
            #expect(try await scene.node.end() == 0)
            try expectEverythingTold(scene, receiver, seed)
        }

        private func expectEverythingTold(_ scene: Scene, _ receiver: FailingReceiver, _ seed: UInt64) throws {
            let sent = try receiver.requests.map(Announcement.init)
            #expect(try scene.node.sql("SELECT count(*) FROM delivery WHERE state <> 'delivered'") == "0", "seed \(seed)")
            for name in Self.names {
                let story = Story(of: name, in: sent, "\(name), seed \(seed)")
                for branch in Self.branches {
                    let tip = try scene.upstream.git(name, "for-each-ref", "--format=%(objectname)", "refs/heads/\(branch)")
                    if !tip.isEmpty { story.expectWhole("refs/heads/\(branch)", to: tip, "\(name), seed \(seed)") }
                }
            }
            #expect(sent.count > 100, "something was told")
        }
    }
}

/// Fails a third of the time: with a status, without an answer, or by asking for patience.
private struct FailingReceiver {
    private let receiver: RawReceiver
    private let source: FailureSource

    init(seed: UInt64) throws {
        let source = FailureSource(seed: seed)
        receiver = try RawReceiver { _ in
            switch source.next() {
            case 0: RawReceiver.answer("500 Internal Server Error")
            case 1: [.reset]
            case 2: RawReceiver.answer("429 Too Many Requests", "Retry-After: 1\r\n")
            default: RawReceiver.answer("200 OK")
            }
        }
        self.source = source
    }

    var port: UInt16 { receiver.port }
    var requests: [RawReceiver.Request] { receiver.requests }

    func failNoMore() { source.stop() }
}

/// 0 to 2 a third of the time, else more.
private final class FailureSource: Sendable {
    private let random: Mutex<Seeded?>

    init(seed: UInt64) { random = Mutex(Seeded(state: seed ^ 2)) }

    func next() -> Int {
        random.withLock { random in
            guard var drawing = random else { return 9 }
            let drawn = Int.random(in: 0..<9, using: &drawing)
            random = drawing
            return drawn
        }
    }

    func stop() { random.withLock { $0 = nil } }
}
