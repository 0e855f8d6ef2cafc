import Glibc

/// A sample of durations that leans towards the recent ones.
///
/// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay: a practical time decay model for streaming systems", ICDE
/// 2009): an event weighs e^(alpha × its seconds since a landmark), so that weights once given stay right relative to each other.
/// Which are kept is priority sampling: each draws weight ÷ u, with u even in (0, 1], and the highest stay. Until the reservoir is
/// full nothing is left to chance. The weights are those of Dropwizard's lock-free variant, by the monotonic clock and not by whole
/// seconds of the wall clock.
struct DecayingReservoir: Sendable {
    /// Nanoseconds between two landmarks: an hour, or less where a weight would otherwise come near the largest `Double`.
    private let rescaleInterval: Int64
    /// Per nanosecond.
    private let alpha: Double
    private var landmark: Tick
    private var heap: SampleHeap
    private var random: UnitIntervalGenerator

    /// - Parameter alpha: per second; 0.015 halves a weight in 46 seconds.
    init(size: Int, alpha: Double, createdAt: Tick, seed: UInt64) {
        precondition(alpha > 0 && alpha.isFinite, "a decay rate is positive")
        self.alpha = alpha * 1e-9
        rescaleInterval = Int64(min(3600, 500 / alpha) * 1e9)
        landmark = createdAt
        heap = SampleHeap(capacity: size)
        random = UnitIntervalGenerator(seed: seed)
    }

    mutating func record(_ nanoseconds: Int64, at now: Tick) {
        rescaleIfDue(now)
        let weight = exp(alpha * Double(now.nanoseconds(since: landmark)))
        heap.offer(Sample(priority: weight / random.next(), weight: weight, nanoseconds: nanoseconds))
    }

    /// Rescales too, so that a timer which is only looked at lets go of what is hours old. What it returns shares no storage with
    /// `self`: else the next record would have to copy it.
    mutating func copy(at now: Tick) -> [Sample] {
        rescaleIfDue(now)
        return heap.samples.map(\.self)
    }

    private mutating func rescaleIfDue(_ now: Tick) {
        let age = now.nanoseconds(since: landmark)
        guard age >= rescaleInterval else { return }
        landmark = now
        heap.scale(by: exp(-alpha * Double(age)))
    }
}
