import HelioMetrics
import Testing

struct HistogramTests {
    @Test func bound_BelongsToTheBucketThatItEnds() {
        let histogram = Histogram(buckets: [0.005, 1])
        for seconds in [0, 0.005, 0.0051, 1, 1.5] { histogram.observe(seconds: seconds) }
        #expect(histogram.read().buckets.map(\.count) == [2, 2, 1])
    }

    @Test(arguments: Timer.defaultBuckets) func timer_HasTheSameBounds(bound: Double) throws {
        let clock = Clockwork()
        let nanoseconds = Int64((bound * 1e9).rounded())
        clock.record(nanoseconds, nanoseconds + 1, at: 0)
        let buckets = clock.read(at: 0).buckets
        let index = try #require(buckets.firstIndex { $0.bound == bound })
        #expect(buckets[index].count == 1 && buckets[index + 1].count == 1)
    }

    @Test func whatIsNoDuration_IsNotRecorded() {
        let histogram = Histogram()
        for seconds in [-1, -0.000001, .nan, .infinity, -.infinity] { histogram.observe(seconds: seconds) }
        histogram.observe(.nanoseconds(-1))
        #expect(histogram.read().count == 0 && histogram.read().sum == 0)
    }

    @Test func counter_NeverFalls() {
        let counter = Counter()
        counter.add()
        counter.add(-5)
        counter.add(.min)
        counter.add(0)
        #expect(counter.value == 1)
    }
}
