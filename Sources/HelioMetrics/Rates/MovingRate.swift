import Glibc

/// An exponentially weighted moving average of a rate that is looked at every `Meter.interval`, as the load averages of Unix are
/// (Dropwizard Metrics, `EWMA`).
struct MovingRate: Sendable {
    /// What one interval weighs: 1 - e^(-5 s / window).
    private let weight: Double
    /// Events per nanosecond.
    private(set) var value = 0.0

    init(window minutes: Double) { weight = 1 - exp(-5 / (60 * minutes)) }

    var perSecond: Double { value * 1e9 }

    /// The first interval is all that is known, so the average begins with it and not with a climb from zero.
    mutating func begin(with rate: Double) { value = rate }

    mutating func tick(_ rate: Double) { value += weight * (rate - value) }

    /// Dropwizard 4.2.28 gives a meter that nobody touched for half a day the smallest normal number instead of zero.
    mutating func forget() { value = .leastNormalMagnitude }
}
