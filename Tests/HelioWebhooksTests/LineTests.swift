import HelioNode
import HelioStore
import Testing

@testable import HelioWebhooks

/// A line, a clock that is moved by hand, and a receiver that answers as it is told.
private struct Play {
    var line = EndpointLine(concurrency: 4, isActive: true, isClosed: false)
    var now = Moment(monotonic: MonotonicTime(nanoseconds: 1_000_000_000), wall: WallTime(millisecondsSince1970: 1_767_312_245_678))
    var random = SeededGenerator(seed: 7)
    /// What waits in the store behind the heads, by repository.
    var behind: [RepositoryID: [DeliveryHead]] = [:]
    var results: [(id: Int64, outcome: DeliveryResult.Outcome)] = []
    var probes = 0
    var openings = 0

    mutating func pass(_ time: Duration) {
        now = Moment(
            monotonic: now.monotonic + time,
            wall: WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 + time.wholeNanoseconds / 1_000_000))
    }

    mutating func add(_ id: Int64, of repository: Int64) {
        let head = DeliveryHead(id: DeliveryID(id), repository: RepositoryID(repository))
        if line.knows(head.repository) { behind[head.repository, default: []].append(head) } else { line.take(head, at: now) }
    }

    mutating func next() -> Attempt? { line.next(at: now.monotonic, mayAdd: true) }

    /// As `next`, where there must be one.
    mutating func begin() throws -> Attempt {
        let attempt = next()
        return try #require(attempt)
    }

    @discardableResult
    mutating func end(_ attempt: Attempt, _ verdict: Verdict, answered: Bool = true) -> EndpointLine.Decision {
        if attempt.isProbe { probes += 1 }
        let decision = line.ended(attempt, verdict, isAnswered: answered, at: now.monotonic, using: &random)
        if case .opened? = decision.breaker { openings += 1 }
        results.append((attempt.head.id.value, decision.outcome))
        let isOver =
            switch decision.outcome {
            case .delivered, .dead: true
            case .retry, .held: false
            }
        let next = isOver ? behind[attempt.head.repository]?.first : nil
        if isOver, next != nil { behind[attempt.head.repository]?.removeFirst() }
        line.stored(attempt, decision, isOver: isOver, next: next, at: now)
        return decision
    }

    /// Sends whatever may be sent until `time` has passed.
    mutating func run(for time: Duration, _ answer: (Attempt) -> Verdict, answered: Bool = true) {
        let end = now.monotonic + time
        while true {
            while let attempt = next() { self.end(attempt, answer(attempt), answered: answered) }
            guard let due = line.nextDue, due <= end else { break }
            pass(max(.nanoseconds(1), due - now.monotonic))
        }
        if now.monotonic < end { pass(end - now.monotonic) }
    }

    var delivered: [Int64] { results.filter { $0.outcome == .delivered }.map(\.id) }
    var dead: [Int64] { results.filter { if case .dead = $0.outcome { true } else { false } }.map(\.id) }
}

struct LineTests {
    private var play = Play()

    @Test mutating func repositories_GoBesideEachOther_AndEachInOrder() throws {
        for id in 1...3 as ClosedRange<Int64> { play.add(id, of: 1) }
        play.add(4, of: 2)
        let first = try play.begin()
        let other = try play.begin()
        #expect([first.head.id.value, other.head.id.value] == [1, 4])
        #expect(play.next() == nil)
        play.end(first, .accepted)
        let second = try play.begin()
        #expect(second.head.id.value == 2)
    }

    @Test mutating func noMore_AreOnTheirWay_ThanAllowed() {
        for id in 1...9 as ClosedRange<Int64> { play.add(id, of: id) }
        for _ in 0..<4 { #expect(play.next() != nil) }
        #expect(play.next() == nil)
        var alone = Play()
        for id in 1...2 as ClosedRange<Int64> { alone.add(id, of: id) }
        #expect(alone.line.next(at: alone.now.monotonic, mayAdd: false) != nil)
        #expect(alone.line.next(at: alone.now.monotonic, mayAdd: false) == nil)
    }

    @Test mutating func failed_ComesBackByTheSchedule_AndIsGivenUpAfterTheLast() throws {
        play.add(1, of: 1)
        var delays: [Double] = []
        for attempt in 1...11 {
            // Another repository's deliveries succeed all the time, but not between two attempts of this one.
            play.line.pretendAnswering()
            let sent = try play.begin()
            let decision = play.end(sent, .failed, answered: false)
            guard case .retry(let delay, let attempts, _) = decision.outcome else {
                #expect(attempt == 11)
                break
            }
            #expect(attempts == attempt)
            delays.append(delay.inSeconds)
            #expect(play.next() == nil)
            play.pass(delay)
        }
        let schedule: [Double] = [5, 30, 120, 600, 1800, 3600, 7200, 18_000, 36_000, 86_400]
        #expect(delays.count == 10 && zip(delays, schedule).allSatisfy { abs($0 - $1) <= $1 / 10 })
        #expect(play.dead == [1])
    }

    @Test mutating func refused_IsGivenUpAfterThree_AndTheNextGoes() {
        play.add(1, of: 1)
        play.add(2, of: 1)
        play.run(for: .seconds(600)) { $0.head.id.value == 1 ? .refused : .accepted }
        #expect(play.results.count { $0.id == 1 } == 3 && play.dead == [1] && play.delivered == [2])
        #expect(play.openings == 0)
    }

    /// A receiver that is away for a moment, and back a moment before what stands behind it.
    @Test mutating func refusals_AreCountedApart_WhereItFailedOtherwiseBefore() throws {
        play.add(1, of: 1)
        for verdict in [.failed, .refused, .failed, .refused, .refused] as [Verdict] {
            play.line.pretendAnswering()
            #expect(play.dead.isEmpty)
            let attempt = try play.begin()
            play.end(attempt, verdict)
            play.pass(.seconds(2000))
        }
        #expect(play.dead == [1])
    }

    @Test mutating func refused_IsTriedAgain_WhereItFailedBeforeARestart() throws {
        let retry = DeliveryHead.Retry(failedAt: play.now.wall, delay: .seconds(30))
        play.line.take(DeliveryHead(id: DeliveryID(1), repository: RepositoryID(1), attempts: 2, retry: retry), at: play.now)
        play.pass(.seconds(31))
        let attempt = try play.begin()
        guard case .retry = play.end(attempt, .refused).outcome else {
            Issue.record("it was given up")
            return
        }
    }

    @Test mutating func oneBadBody_IsGivenUpAfterFive_WhenTheEndpointTakesOthers() {
        play.add(1, of: 1)
        play.add(2, of: 1)
        for round in 0..<200 as Range<Int64> {
            play.add(100 + round, of: 2)
            play.run(for: .seconds(30)) { $0.head.id.value == 1 ? .failed : .accepted }
        }
        #expect(play.dead == [1])
        #expect(play.delivered.contains(2))
        #expect(play.results.count { $0.id == 1 } <= 6)
    }

    /// Nothing else is sent to this endpoint, so only what comes behind the bad one can tell that the receiver is well.
    @Test mutating func oneBadBody_DoesNotStopItsRepository_WhenThereIsNoOther() throws {
        play.add(1, of: 1)
        play.run(for: .seconds(3600)) { _ in .failed }
        #expect(play.openings == 1 && play.dead.isEmpty)
        var tries = 0
        while tries < 5 {
            tries += 1
            play.pass(.seconds(400))
            let attempt = try play.begin()
            guard attempt.kind == .successorProbe else {
                play.end(attempt, .failed)
                continue
            }
            let decision = play.end(attempt, .accepted)
            #expect(decision.givesUpHead)
            return
        }
        Issue.record("what comes behind was never tried")
    }

    /// A proxy whose backend is away says nothing about what was sent.
    @Test mutating func busyAnswers_BlameNoEvent_HoweverLong() {
        for id in 1...2 as ClosedRange<Int64> { play.add(id, of: 1) }
        play.run(for: .seconds(6 * 3600)) { _ in .busy(after: nil) }
        play.run(for: .seconds(400)) { _ in .accepted }
        #expect(play.dead.isEmpty && play.delivered == [1, 2])
    }

    @Test mutating func patience_IsKept_WhenTheBreakerCloses() throws {
        for id in 1...6 as ClosedRange<Int64> { play.add(id, of: id) }
        play.end(try play.begin(), .busy(after: .seconds(80_000)))
        for _ in 2...5 { play.end(try play.begin(), .failed) }
        #expect(play.openings == 1)
        play.pass(.seconds(100))
        let probe = try play.begin()
        play.end(probe, .failed)
        play.run(for: .seconds(3600)) { _ in .accepted }
        #expect(!play.delivered.contains(1) && play.delivered.count == 5)
        play.run(for: .seconds(80_000)) { _ in .accepted }
        #expect(play.delivered.last == 1)
    }

    /// What was asked for before a restart is all that a line knows of it: its delay.
    @Test(arguments: [false, true]) mutating func patience_IsKept_WhileTheBreakerIsOpen(isRestarted: Bool) throws {
        let retry = DeliveryHead.Retry(failedAt: play.now.wall, delay: .seconds(3000))
        play.line.take(DeliveryHead(id: DeliveryID(1), repository: RepositoryID(1), attempts: 2, refusals: 0, retry: retry), at: play.now)
        if isRestarted {
            play.line.beginWithProbe(at: play.now.monotonic)
        } else {
            play.add(2, of: 2)
            play.end(try play.begin(), .unsent)
            play.run(for: .seconds(1000)) { _ in .accepted }
            #expect(play.delivered == [2])
            play.add(3, of: 3)
            play.end(try play.begin(), .unsent)
        }
        play.run(for: .seconds(1900)) { $0.head.id.value == 1 ? .accepted : .unsent }
        #expect(play.line.isOpen && !play.delivered.contains(1))
        play.run(for: .seconds(1500)) { _ in .accepted }
        #expect(!play.line.isOpen && play.delivered.contains(1))
    }

    /// A receiver may have had enough of one repository, and take the others.
    @Test mutating func patience_OfOneEvent_HoldsUpNoOther() throws {
        for id in 1...5 as ClosedRange<Int64> { play.add(id, of: id) }
        for _ in 1...5 { play.end(try play.begin(), .busy(after: .seconds(80_000))) }
        #expect(play.openings == 1)
        play.add(6, of: 6)
        play.run(for: .seconds(60)) { _ in .accepted }
        #expect(play.delivered == [6])
        play.run(for: .seconds(80_000)) { _ in .accepted }
        #expect(play.delivered.count == 6 && play.dead.isEmpty)
    }

    @Test mutating func patience_AskedOfAProbe_IsKept_AndOthersAreProbed() throws {
        for id in 1...2 as ClosedRange<Int64> { play.add(id, of: id) }
        play.line.beginWithProbe(at: play.now.monotonic)
        play.end(try play.begin(), .busy(after: .seconds(3000)))
        play.run(for: .seconds(2900)) { $0.head.id.value == 2 ? .failed : .accepted }
        #expect(play.line.isOpen && play.delivered.isEmpty)
        play.run(for: .seconds(600)) { _ in .accepted }
        #expect(play.delivered.sorted() == [1, 2])
    }

    /// What others say of the receiver is worth more than what comes after the event.
    @Test mutating func successor_IsNotTried_WhileOthersWait() {
        play.add(1, of: 1)
        play.add(2, of: 1)
        play.add(3, of: 2)
        var kinds: [Attempt.Kind] = []
        play.run(for: .seconds(7200)) { attempt in
            kinds.append(attempt.kind)
            return .failed
        }
        #expect(kinds.contains(.probe) && !kinds.contains(.successorProbe))
    }

    @Test mutating func startAfterFailures_ProbesFirst_AndCostsNoAttempt() throws {
        for id in 1...20 as ClosedRange<Int64> { play.add(id, of: id) }
        play.line.beginWithProbe(at: play.now.monotonic)
        let probe = try play.begin()
        #expect(probe.isProbe)
        #expect(play.line.next(at: play.now.monotonic, mayAdd: true) == nil)
        #expect(play.end(probe, .refused).outcome == .held)
        play.run(for: .seconds(60)) { _ in .accepted }
        #expect(play.delivered.count == 20 && play.dead.isEmpty)
    }

    @Test mutating func hourOfOutage_CostsFewProbes_AndNoEvent() {
        for id in 1...10_000 as ClosedRange<Int64> { play.add(id, of: id % 500) }
        play.run(for: .seconds(3600), { _ in .failed }, answered: false)
        #expect(play.openings == 1)
        #expect(play.probes <= 20 && play.probes >= 10)
        #expect(play.dead.isEmpty && play.delivered.isEmpty)
        play.run(for: .seconds(400)) { _ in .accepted }
        #expect(play.delivered.count == 10_000 && Set(play.delivered).count == 10_000)
        for repository in 0..<500 as Range<Int64> {
            let ids = play.delivered.filter { $0 % 500 == repository }
            #expect(ids == ids.sorted())
        }
    }

    @Test mutating func patience_IsHonoured_WhenAReceiverAsksForIt() throws {
        play.add(1, of: 1)
        let attempt = try play.begin()
        let decision = play.end(attempt, .busy(after: .seconds(3000)))
        #expect(decision.outcome == .retry(after: .seconds(3000), attempts: 1, refusals: 0))
        play.pass(.seconds(2999))
        #expect(play.next() == nil)
        play.pass(.seconds(2))
        #expect(play.next() != nil)
    }

    @Test mutating func gone_ClosesTheEndpoint_AndKeepsItsEvents() throws {
        play.add(1, of: 1)
        play.add(2, of: 2)
        let attempt = try play.begin()
        let decision = play.end(attempt, .gone)
        #expect(decision.closesEndpoint && decision.outcome == .held)
        #expect(play.next() == nil && play.line.nextDue == nil)
        play.line.reopen()
        play.run(for: .seconds(1)) { _ in .accepted }
        #expect(Set(play.delivered) == [1, 2])
    }

    @Test mutating func unsent_HoldsTheEndpoint_AndCountsNoAttempt() throws {
        play.add(1, of: 1)
        let attempt = try play.begin()
        let decision = play.end(attempt, .unsent, answered: false)
        #expect(decision.outcome == .held && play.openings == 1)
        #expect(play.next() == nil)
        play.run(for: .seconds(20)) { _ in .accepted }
        #expect(play.delivered == [1])
    }

    @Test(arguments: [-400, 400] as [Int64])
    mutating func storedDelay_IsNeverLongerThanItWasToBe_WhenTheClockWasStepped(days: Int64) throws {
        let failedAt = WallTime(millisecondsSince1970: play.now.wall.millisecondsSince1970 - days * 86_400_000)
        let retry = DeliveryHead.Retry(failedAt: failedAt, delay: .seconds(600))
        play.line.take(DeliveryHead(id: DeliveryID(1), repository: RepositoryID(1), attempts: 4, retry: retry), at: play.now)
        play.pass(.seconds(600))
        let attempt = try play.begin()
        #expect(attempt.head.stored.attempts == 4)
    }

    @Test mutating func another_IsProbed_BesideOneThatIsRefusedForEver() {
        let retry = DeliveryHead.Retry(failedAt: play.now.wall, delay: .seconds(30))
        play.line.take(DeliveryHead(id: DeliveryID(1), repository: RepositoryID(1), attempts: 2, retry: retry), at: play.now)
        play.line.beginWithProbe(at: play.now.monotonic)
        play.run(for: .seconds(1200)) { _ in .failed }
        play.add(2, of: 2)
        play.run(for: .seconds(3600)) { $0.head.id.value == 1 ? .failed : .accepted }
        #expect(play.delivered == [2])
    }

    @Test mutating func others_AreProbed_BesideSeveralThatAreRefusedForEver() {
        for id in [1, 3] as [Int64] { play.add(id, of: id) }
        play.line.beginWithProbe(at: play.now.monotonic)
        play.run(for: .seconds(4 * 3600)) { _ in .failed }
        for id in [2, 4] as [Int64] { play.add(id, of: id) }
        play.run(for: .seconds(2 * 3600)) { $0.head.id.value % 2 == 1 ? .failed : .accepted }
        #expect(Set(play.delivered) == [2, 4])
    }

    @Test mutating func successor_FollowsEverySecondProbe_FromTheFifthOn() {
        play.add(1, of: 1)
        play.line.beginWithProbe(at: play.now.monotonic)
        var kinds: [Attempt.Kind] = []
        play.run(for: .seconds(3600)) { attempt in
            kinds.append(attempt.kind)
            return .failed
        }
        let expected: [Attempt.Kind] = [
            .probe, .probe, .probe, .probe, .probe, .successorProbe, .probe, .probe, .successorProbe, .probe, .probe, .successorProbe,
        ]
        #expect(Array(kinds.prefix(expected.count)) == expected)
    }

    @Test mutating func probes_GoFromOneToTheNext_InWhateverOrderTheyCame() throws {
        var ids: [Int64] = [500]
        var last: Int64 = 0
        play.add(500, of: 500)
        play.line.beginWithProbe(at: play.now.monotonic)
        for _ in 0..<40 {
            for _ in 0..<5 {
                let id = Int64.random(in: 1...1000, using: &play.random)
                guard !ids.contains(id) else { continue }
                ids.append(id)
                play.add(id, of: id)
            }
            ids.sort()
            let probe = try play.begin()
            let expected = ids.first { $0 > last } ?? ids[0]
            #expect(probe.head.id.value == expected)
            last = expected
            play.end(probe, .failed, answered: false)
            play.pass(.seconds(400))
        }
        play.run(for: .seconds(1)) { _ in .accepted }
        let delivered = play.delivered
        #expect(Array(delivered.dropFirst()) == ids.filter { $0 != delivered.first })
    }

    /// A place in the order for each as it comes would take minutes, and so would a look at all of them for each.
    @Test(.timeLimit(.minutes(1))) mutating func hundredThousand_AreTakenWhileTheBreakerIsOpen() throws {
        play.line.limit = 100_000
        play.add(1, of: 1)
        play.line.beginWithProbe(at: play.now.monotonic)
        play.end(try play.begin(), .failed, answered: false)
        var early = 0
        // Each number below a prime once, in no order.
        for number in 1...100_002 as ClosedRange<Int64> {
            let id = number * 48_271 % 100_003
            guard id > 1, id <= 100_000 else { continue }
            play.add(id, of: id)
            if play.next() != nil { early += 1 }
        }
        #expect(early == 0 && play.line.knows(RepositoryID(100_000)))
        for oldest in 2...4 as ClosedRange<Int64> {
            play.pass(.seconds(400))
            let probe = try play.begin()
            #expect(probe.head.id.value == oldest)
            play.end(probe, oldest < 4 ? .failed : .accepted, answered: oldest == 4)
        }
        let released = [try play.begin(), try play.begin(), try play.begin(), try play.begin()]
        #expect(released.map(\.head.id.value) == [1, 2, 3, 5])
    }

    /// One that is sent again by hand, or that was let go late.
    @Test mutating func older_GoesBeforeWhatWaits_WhichComesBackOnce() throws {
        let patience = Duration.seconds(80_000)
        play.add(50, of: 1)
        play.end(try play.begin(), .busy(after: patience))
        let retry = DeliveryHead.Retry(failedAt: play.now.wall, delay: patience)
        play.behind[RepositoryID(1)] = [DeliveryHead(id: DeliveryID(50), repository: RepositoryID(1), attempts: 1, retry: retry)]
        play.line.take(DeliveryHead(id: DeliveryID(40), repository: RepositoryID(1)), at: play.now)
        play.run(for: .seconds(100)) { _ in .accepted }
        #expect(play.delivered == [40])
        play.run(for: patience) { _ in .accepted }
        #expect(play.delivered == [40, 50])
    }

    @Test mutating func older_IsProbed_BeforeWhatIsHeld() {
        play.add(50, of: 1)
        play.line.beginWithProbe(at: play.now.monotonic)
        play.add(60, of: 1)
        play.line.take(DeliveryHead(id: DeliveryID(50), repository: RepositoryID(1)), at: play.now)
        play.line.take(DeliveryHead(id: DeliveryID(40), repository: RepositoryID(1)), at: play.now)
        play.run(for: .seconds(1)) { _ in .accepted }
        #expect(play.delivered == [40, 60])
    }

    @Test(arguments: [.busy(after: .seconds(80_000)), .unsent] as [Verdict])
    mutating func older_IsAskedFor_OnceWhatIsOnItsWayWaitsAgain(verdict: Verdict) throws {
        play.add(50, of: 1)
        let attempt = try play.begin()
        let isAskedForAtOnce = play.line.mustLookUp(RepositoryID(1))
        let decision = play.line.ended(attempt, verdict, isAnswered: true, at: play.now.monotonic, using: &play.random)
        let isAskedForThen = play.line.stored(attempt, decision, isOver: false, next: nil, at: play.now)
        #expect(!isAskedForAtOnce && isAskedForThen)
        play.line.take(DeliveryHead(id: DeliveryID(40), repository: RepositoryID(1)), at: play.now)
        play.run(for: .seconds(100)) { _ in .accepted }
        #expect(play.delivered == [40])
    }

    @Test mutating func heads_BeyondTheLimit_AreLeftInTheStore() {
        play.line.completed()
        for id in 1...1500 as ClosedRange<Int64> { play.add(id, of: id) }
        #expect(!play.line.isComplete && !play.line.wantsMore)
        play.run(for: .seconds(1)) { _ in .accepted }
        #expect(play.delivered.count == EndpointLine.knownLimit && play.line.wantsMore)
    }
}

extension EndpointLine {
    /// Keeps the breaker shut, as a steady stream of taken deliveries would.
    fileprivate mutating func pretendAnswering() {
        if !isOpen { reopen() }
    }
}
