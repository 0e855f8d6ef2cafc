import HelioLock

/// Durations counted in buckets. Those of several nodes can be added, which quantiles cannot.
public final class Histogram: Sendable {
    private struct State {
        var counts: BucketCounts
        /// Seconds.
        var sum = 0.0
    }

    private let state: Locked<State>

    /// - Parameter buckets: bounds in seconds, rising and finite; the bucket up to infinity comes by itself.
    public init(buckets: [Double] = Buckets.standard) {
        state = Locked(State(counts: BucketCounts(bounds: buckets)), held: .briefly)
    }

    public func observe(_ duration: Duration) { observe(seconds: Double(duration.wholeNanoseconds) / 1e9) }

    /// - Parameter seconds: what is negative, infinite or no number is not recorded: a clock or a program was wrong, and one such
    ///   value would spoil the sum for ever.
    public func observe(seconds: Double) {
        guard seconds >= 0, seconds.isFinite else { return }
        state.withLock {
            $0.counts.record(seconds: seconds)
            $0.sum += seconds
        }
    }

    public func read() -> HistogramReading {
        state.withLock { HistogramReading(buckets: $0.counts.copy(), sum: $0.sum) }
    }
}
