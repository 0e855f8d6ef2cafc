import Foundation
import HelioMetrics
import Testing

/// The rates against their formulas, so that they hold without the recorded timers too.
struct RateTests {
    private let clock = Clockwork()

    @Test func averages_AreZeroUntilAnIntervalIsOver() {
        clock.record(1, 1, 1, at: 1)
        #expect(clock.read(at: 5).oneMinuteRate == 0)
        #expect(clock.read(at: 5.000000001).oneMinuteRate.isClose(to: 3.0 / 5))
    }

    @Test func firstInterval_IsWhereAllAveragesBegin() {
        clock.record(1, 1, at: 1)
        let reading = clock.read(at: 6)
        for rate in [reading.oneMinuteRate, reading.fiveMinuteRate, reading.fifteenMinuteRate] { #expect(rate.isClose(to: 0.4)) }
    }

    @Test func lateFirstEvent_ClimbsFromZero() {
        clock.record(1, at: 7)
        #expect(clock.read(at: 10.5).oneMinuteRate.isClose(to: 0.2 * (1 - exp(-5.0 / 60))))
    }

    @Test func eventAtTheEndOfAnInterval_BelongsToIt() {
        clock.record(1, at: 5)
        #expect(clock.read(at: 5.1).oneMinuteRate.isClose(to: 0.2))
    }

    @Test(arguments: [(60.0, 12), (3600, 720)]) func idleTimer_HalvesItsRates(seconds: Double, intervals: Int) {
        clock.record(1, at: 1)
        let reading = clock.read(at: 5.5 + seconds)
        #expect(reading.oneMinuteRate.isClose(to: 0.2 * exp(-Double(intervals) * 5 / 60)))
        #expect(reading.fifteenMinuteRate.isClose(to: 0.2 * exp(-Double(intervals) * 5 / 900)))
    }

    @Test(arguments: [1.0, 30, 3650]) func daysWithoutAnybody_LeaveCountsAndNoRates(days: Double) {
        clock.record(1, 1, at: 1)
        let reading = clock.read(at: days * 86_400)
        #expect(reading.count == 2)
        #expect(reading.fifteenMinuteRate > 0 && reading.fifteenMinuteRate < 1e-20)
        #expect(reading.meanRate.isClose(to: 2 / (days * 86_400)))
    }

    /// What nobody touched for so long begins anew, and does not climb.
    @Test func firstEventAfterHalfADay_IsWhereTheAveragesBegin() {
        clock.record(1, at: 72_000)
        #expect(clock.read(at: 72_005.5).fiveMinuteRate.isClose(to: 0.2))
    }

    @Test func meanRate_IsInfiniteWhenNoTimeHasPassed() {
        #expect(clock.read(at: 0).meanRate == 0)
        clock.record(1, at: 0)
        #expect(clock.read(at: 0).meanRate == .infinity)
        #expect(clock.read(at: 4).meanRate == 0.25)
    }

    @Test func standingClock_MovesNothing() {
        for _ in 0..<1000 { clock.record(1, at: 3) }
        let readings = (0..<10).map { _ in clock.read(at: 3) }
        #expect(readings.allSatisfy { $0.count == 1000 && $0.oneMinuteRate == 0 && $0.sample.mean.isClose(to: 1) })
    }

    /// Two threads read the clock in one order and arrive in the other.
    @Test func earlierTick_IsTakenAsItComes() {
        clock.record(4, at: 12)
        clock.record(2, at: 11.999)
        let reading = clock.read(at: 11)
        #expect(reading.count == 2)
        #expect(reading.lastUpdate == .at(12))
        #expect(reading.sample.size == 2)
    }
}
