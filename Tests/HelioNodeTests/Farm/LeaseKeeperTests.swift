import Testing

@testable import HelioNode

/// A lease as its holder sees it. Times are seconds; the lease is of thirty.
struct LeaseKeeperTests {
    private var keeper = LeaseKeeper(.inventory, for: .seconds(30))

    private func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

    private mutating func advance(_ seconds: Double) -> LeaseRequest? { keeper.advance(mayAct: true, at: at(seconds)) }

    private mutating func take(_ reply: LeaseReply, at seconds: Double) -> LeaseRequest? {
        keeper.take(reply, pause: .seconds(15), at: at(seconds))
    }

    /// Asked for at 0 and given under the number 7, a second later.
    private mutating func obtain() {
        keeper.want(at: at(0))
        #expect(advance(0) == .acquire(.inventory, for: .seconds(30)))
        #expect(take(.granted(fence: 7), at: 1) == nil)
    }

    @Test mutating func lease_IsRenewedAtAThird_AndEndsBeforeTheCoordinatorCanGiveItAway() {
        obtain()
        #expect(keeper.fence(at: at(26.9)) == 7)
        #expect(keeper.fence(at: at(27)) == nil, "nine tenths of thirty seconds since the question, not since the answer")
        #expect(advance(9.9) == nil)
        #expect(advance(10) == .renew(.inventory, fence: 7, for: .seconds(30)))
        #expect(advance(11) == nil, "one question at a time")
        #expect(take(.granted(fence: 7), at: 12) == nil)
        #expect(keeper.fence(at: at(36.9)) == 7)
        #expect(keeper.nextWake(mayAct: true) == at(20))
    }

    @Test(arguments: [(LeaseReply.refused, 15.0), (.unknown("no answer"), 15)])
    mutating func attemptThatFails_IsMadeAgainAfterThePause(_ reply: LeaseReply, pause: Double) {
        keeper.want(at: at(0))
        _ = advance(0)
        #expect(take(reply, at: 2) == nil)
        #expect(keeper.fence(at: at(2)) == nil)
        #expect(advance(2 + pause - 0.1) == nil)
        #expect(advance(2 + pause) == .acquire(.inventory, for: .seconds(30)))
    }

    @Test mutating func attempt_WaitsForAFreshView_AndARenewalDoesNot() {
        keeper.want(at: at(0))
        #expect(keeper.advance(mayAct: false, at: at(0)) == nil)
        obtain()
        #expect(keeper.advance(mayAct: false, at: at(10)) == .renew(.inventory, fence: 7, for: .seconds(30)))
    }

    @Test mutating func renewalsThatNobodyAnswers_AreRepeated_UntilTheLeaseIsOver() {
        obtain()
        for asked in [10.0, 14, 18, 22, 26] {
            #expect(advance(asked) == .renew(.inventory, fence: 7, for: .seconds(30)))
            _ = take(.unknown("no answer"), at: asked + 1)
            #expect(keeper.isOver(at: at(asked + 1)) == (asked + 1 >= 27))
        }
        #expect(advance(31) == nil, "what is over is not renewed")
    }

    /// As for a process that was stopped: its first look at the clock is enough.
    @Test mutating func leaseWhoseTimePassedUnseen_IsOverAtOnce_AndTriedForAfterThePause() {
        obtain()
        #expect(keeper.fence(at: at(60)) == nil)
        #expect(keeper.isOver(at: at(60)))
        #expect(advance(60) == nil)
        keeper.expire(pause: .seconds(15), at: at(60))
        #expect(keeper.holding == nil)
        #expect(advance(74.9) == nil)
        #expect(advance(75) == .acquire(.inventory, for: .seconds(30)))
    }

    @Test mutating func refusedRenewal_EndsTheLeaseAtOnce() {
        obtain()
        _ = advance(10)
        #expect(take(.refused, at: 11) == nil)
        #expect(keeper.fence(at: at(11)) == nil)
        #expect(advance(25.9) == nil)
        #expect(advance(26) == .acquire(.inventory, for: .seconds(30)))
    }

    // MARK: Answers that are of no use

    @Test mutating func leaseGivenTooLate_IsGivenBack() {
        keeper.want(at: at(0))
        _ = advance(0)
        #expect(take(.granted(fence: 7), at: 27) == .release(.inventory, fence: 7))
        #expect(keeper.holding == nil)
    }

    @Test mutating func leaseExtendedAfterItWasOver_IsGivenBack_AndThePauseGoesOn() {
        obtain()
        _ = advance(26)
        keeper.expire(pause: .seconds(15), at: at(27))
        #expect(take(.granted(fence: 7), at: 28) == .release(.inventory, fence: 7))
        #expect(keeper.fence(at: at(28)) == nil)
        #expect(advance(41.9) == nil)
        #expect(advance(42) == .acquire(.inventory, for: .seconds(30)))
    }

    @Test mutating func leaseGivenToWhoDoesNotWantItAnyMore_IsGivenBack() {
        keeper.want(at: at(0))
        _ = advance(0)
        #expect(keeper.yield(at: at(0.5)) == nil, "nothing is held yet")
        #expect(take(.granted(fence: 7), at: 1) == .release(.inventory, fence: 7))
        #expect(advance(100) == nil)
    }

    // MARK: The end

    @Test mutating func yield_GivesBackWhatIsHeld_Once() {
        obtain()
        #expect(keeper.yield(at: at(5)) == .release(.inventory, fence: 7))
        #expect(keeper.yield(at: at(5)) == nil)
        #expect(keeper.close(at: at(5)) == nil)
        #expect(advance(100) == nil)
    }

    @Test mutating func close_GivesBackWhatMayYetBeGiven() {
        keeper.want(at: at(0))
        _ = advance(0)
        #expect(keeper.close(at: at(0.5)) == .release(.inventory, fence: 0))
    }

    // MARK: One attempt

    @Test(arguments: [LeaseReply.refused, .unknown("no answer")])
    mutating func oneAttempt_IsNeverMadeAgain(_ reply: LeaseReply) {
        keeper = LeaseKeeper(.inventory, for: .seconds(30), isPersistent: false)
        keeper.want(at: at(0))
        #expect(advance(0) != nil)
        _ = take(reply, at: 1)
        keeper.want(at: at(2))
        #expect(advance(1000) == nil)
        #expect(keeper.nextWake(mayAct: true) == nil)
    }

    @Test mutating func oneAttempt_IsNotMadeAgain_AfterALoss() {
        keeper = LeaseKeeper(.inventory, for: .seconds(30), isPersistent: false)
        obtain()
        keeper.expire(pause: .seconds(15), at: at(27))
        #expect(advance(1000) == nil)
    }
}
