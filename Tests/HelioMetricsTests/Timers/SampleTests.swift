import Foundation
import HelioMetrics
import Testing

/// The sample against its formulas, so that it holds without the recorded timers too.
struct SampleTests {
    @Test(arguments: [(1, 1), (2, 2), (10, 6), (256, 129)]) func median_IsTheUpperOne(count: Int64, median: Int64) {
        let clock = Clockwork()
        for value in (1...count).shuffled() { clock.record(value, at: 0) }
        #expect(clock.read(at: 0).sample.quantile(0.5) == median)
    }

    @Test func quantiles_AreRecordedValues() {
        let clock = Clockwork()
        for value in 1...100 { clock.record(Int64(value), at: 0) }
        let sample = clock.read(at: 0).sample
        #expect([0, 0.255, 0.755, 0.999, 1].map(sample.quantile) == [1, 26, 76, 100, 100])
        #expect(sample.minimum == 1 && sample.maximum == 100)
    }

    @Test func deviation_IsThatOfThePopulation() {
        let clock = Clockwork()
        clock.record(1, 3, at: 0)
        #expect(clock.read(at: 0).sample.standardDeviation == 1)
    }

    /// e^(alpha × age) = 2: the newer of the two weighs twice as much.
    @Test(arguments: [0.015, 0.1, 3]) func weight_HalvesInLogarithmOfTwoByAlpha(alpha: Double) {
        let clock = Clockwork(alpha: alpha)
        clock.record(0, at: 0)
        clock.record(3_000_000, at: log(2) / alpha)
        #expect(abs(clock.read(at: 60).sample.mean - 2_000_000) < 1)
    }

    @Test(arguments: [3599.0, 3600, 7200]) func rescaling_ChangesNoStatistic(seconds: Double) {
        let clock = Clockwork()
        clock.record(0, 3, 9, at: 10)
        clock.record(300, at: 40)
        let before = clock.read(at: 41).sample
        let after = clock.read(at: seconds).sample
        #expect(after.mean.isClose(to: before.mean))
        #expect(after.standardDeviation.isClose(to: before.standardDeviation))
        #expect(after.size == 4)
    }

    /// e^(-0.015 × 50,000) is less than the smallest number.
    @Test func reading_LetsGoOfWhatIsHalfADayOld() {
        let clock = Clockwork()
        clock.record(5, 6, at: 0)
        #expect(clock.read(at: 3600 * 13).sample.size == 2)
        let reading = clock.read(at: 3600 * 13 + 50_000)
        #expect(reading.sample.size == 0 && reading.sample.mean == 0 && reading.sample.quantile(0.5) == 0)
        #expect(reading.count == 2 && reading.sum == 11)
    }

    /// What was kept before a rescale is kept after it, and the places of what was let go are free.
    @Test func fullSample_StaysFullOverRescaling() {
        let clock = Clockwork(reservoirSize: 100)
        for second in 0..<20_000 { clock.record(Int64(second), at: Double(second)) }
        let sample = clock.read(at: 20_000).sample
        #expect(sample.size == 100)
        #expect(sample.minimum > 19_000, "a minute's half-life leaves nothing that is a quarter of an hour old")
    }

    @Test func sample_KeepsTheSameForTheSameSeed() {
        let means = (0..<2).map { _ in
            let clock = Clockwork(reservoirSize: 10)
            for value in 0..<1000 { clock.record(Int64(value), at: Double(value) / 100) }
            return clock.read(at: 10).sample.mean
        }
        #expect(means[0] == means[1])
    }

    @Test func negativeDuration_IsDroppedEntirely() {
        let clock = Clockwork()
        clock.record(-1, .min, at: 1)
        clock.timer.record(.seconds(-3), at: .at(1))
        let reading = clock.read(at: 6)
        #expect(reading.count == 0 && reading.lastUpdate == nil && reading.sample.size == 0 && reading.oneMinuteRate == 0)
        #expect(reading.buckets.allSatisfy { $0.count == 0 })
    }

    @Test func longestDurations_AreCountedAndOverflowNothing() {
        let clock = Clockwork()
        clock.record(.max, .max, 0, at: 1)
        clock.timer.record(.seconds(Int64.max), at: .at(1))
        let reading = clock.read(at: 2)
        #expect(reading.count == 4 && reading.sum.isClose(to: 3 * Double(Int64.max)))
        #expect(reading.buckets.last?.count == 3 && reading.buckets.first?.count == 1)
    }
}
