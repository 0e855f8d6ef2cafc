import HelioLock

/// How long something takes and how often it happens: what Dropwizard's timer of the same name answers, and a histogram beside it.
///
/// One lock covers all of it, so a reading is of one moment. The caller reads the clock, once.
public final class Timer: Sendable {
    public static let defaultBuckets = Buckets.standard

    private let state: Locked<TimerState>

    /// - Parameters:
    ///   - reservoirSize: how many durations the sample holds at most.
    ///   - alpha: how fast the sample forgets, per second; 0.015 gives what is five minutes old 1 % of the weight.
    ///   - buckets: bounds of the histogram in seconds, rising and finite.
    ///   - seed: of the draw that decides which durations stay once the sample is full.
    public init(
        reservoirSize: Int = 1028, alpha: Double = 0.015, buckets: [Double] = Timer.defaultBuckets, createdAt: Tick, seed: UInt64
    ) {
        state = Locked(
            TimerState(
                reservoir: DecayingReservoir(size: reservoirSize, alpha: alpha, createdAt: createdAt, seed: seed),
                meter: Meter(createdAt: createdAt), buckets: BucketCounts(bounds: buckets)), held: .briefly)
    }

    /// - Parameter nanoseconds: negative durations are dropped entirely: neither counted nor sampled.
    public func record(nanoseconds: Int64, at now: Tick) {
        guard nanoseconds >= 0 else { return }
        state.withLock { $0.record(nanoseconds, at: now) }
    }

    public func record(_ duration: Duration, at now: Tick) { record(nanoseconds: duration.wholeNanoseconds, at: now) }

    /// Reading moves the rates on, and may rescale the sample; it never changes which interval an event belongs to.
    public func read(at now: Tick) -> TimerReading {
        TimerReading(state.withLock { $0.copy(at: now) }, at: now)
    }
}
