import HelioNode
import Testing

@testable import HelioFarm

/// What became of one request: must end with one entry.
private final class Kept {
    var outcomes: [ReplyPromise.Outcome] = []
    var promise: ReplyPromise { ReplyPromise { self.outcomes.append($0) } }
}

@Suite struct InFlightTests {
    @Test func promise_IsKeptOnce_WhateverComesLater() {
        let kept = Kept()
        var promise: ReplyPromise? = kept.promise
        promise?.keep(.success([.integer(1)]))
        promise?.keep(.failure(.timedOut))
        promise = nil
        #expect(kept.outcomes == [.success([.integer(1)])])
    }

    @Test func promise_IsKept_WhenItIsForgotten() {
        let kept = Kept()
        _ = kept.promise
        #expect(kept.outcomes.count == 1)
        guard case .failure(.connectionLost)? = kept.outcomes.first else { return unexpected("\(kept.outcomes)") }
    }

    /// 256 KiB a second.
    @Test func bytes_GiveTime_ToAllThatAreInFlight() throws {
        var inFlight = InFlight()
        let (large, small) = (Kept(), Kept())
        inFlight.add(large.promise, count: 1, bytes: 2 << 20, deadline: 1_000_000_000)
        inFlight.add(small.promise, count: 1, bytes: 10, deadline: 1_000_000_000)
        #expect(try #require(inFlight.deadline) / 100_000_000 == 89)
        inFlight.moved(1 << 20)
        #expect(try #require(inFlight.deadline) / 100_000_000 == 129)
        guard case .whole = inFlight.take(.integer(1)) else { return unexpected("it is answered") }
        #expect(try #require(inFlight.deadline) / 100_000_000 == 49)
    }

    @Test func replies_GoToTheirRequests_InOrder() {
        var inFlight = InFlight()
        let (one, three) = (Kept(), Kept())
        inFlight.add(one.promise, count: 1, bytes: 10, deadline: 5)
        inFlight.add(three.promise, count: 3, bytes: 20, deadline: 6)
        #expect(inFlight.deadline == 5 + 30 * 3814 && inFlight.commands == 4 && inFlight.bytes == 30)
        for number in 0..<4 {
            if case .whole(let promise, let values) = inFlight.take(.integer(Int64(number))) { promise.keep(.success(values)) }
        }
        #expect(one.outcomes == [.success([.integer(0)])])
        #expect(three.outcomes == [.success([.integer(1), .integer(2), .integer(3)])])
        #expect(inFlight.deadline == nil && inFlight.commands == 0 && inFlight.bytes == 0)
        guard case .unasked = inFlight.take(.integer(9)) else { return unexpected("nobody waits") }
    }

    @Test func room_IsWhatTheLimitsLeave() {
        var inFlight = InFlight()
        #expect(inFlight.refusal(commands: 1024, bytes: 8 << 20) == nil)
        #expect(inFlight.refusal(commands: 1025, bytes: 1) != nil)
        #expect(inFlight.refusal(commands: 1, bytes: (8 << 20) + 1) != nil)
        inFlight.add(Kept().promise, count: 1024, bytes: 1 << 20, deadline: 0)
        #expect(inFlight.refusal(commands: 1, bytes: 1) != nil)
        #expect(inFlight.empty().count == 1)
        #expect(inFlight.refusal(commands: 1024, bytes: 8 << 20) == nil)
    }

    /// Against a plain list of who waits.
    @Test(arguments: [1, 2, 3] as [UInt64]) func storm_LeavesNobodyBehind(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var inFlight = InFlight()
        var waiting: [(kept: Kept, missing: Int)] = []
        var all: [Kept] = []
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<1000, using: &random) {
            case 0:
                for promise in inFlight.empty() { promise.keep(.failure(.timedOut)) }
                waiting = []
            case 1..<400:
                let count = Int.random(in: 1...5, using: &random)
                guard inFlight.refusal(commands: count, bytes: 1) == nil else { continue }
                let kept = Kept()
                all.append(kept)
                waiting.append((kept, count))
                inFlight.add(kept.promise, count: count, bytes: 1, deadline: 0)
            default:
                guard !waiting.isEmpty else { continue }
                waiting[0].missing -= 1
                if case .whole(let promise, let values) = inFlight.take(.integer(1)) {
                    promise.keep(.success(values))
                    #expect(waiting.removeFirst().missing == 0)
                } else {
                    #expect(waiting[0].missing > 0)
                }
            }
            #expect(inFlight.commands == waiting.reduce(0) { $0 + $1.missing } && inFlight.bytes == waiting.count)
        }
        for promise in inFlight.empty() { promise.keep(.failure(.timedOut)) }
        #expect(all.allSatisfy { $0.outcomes.count == 1 })
    }
}
