import HelioLock

/// How the timers of a registry went lately: a few figures of each, taken at even distances by whoever has a clock, and the last of
/// them kept. Reading it reads no timer and sorts no sample, so that it can be shown to a crowd and on the loop.
///
/// Its memory is bounded: a registry has the timers that it was made with, and each has `length` figures here.
public final class TimerHistory: Sendable {
    /// Samples kept of each timer: ten minutes, at one in ten seconds.
    public static let length = 60

    private let registry: Registry
    private let kept = Locked<[TimerTrack]>([])

    public init(of registry: Registry) { self.registry = registry }

    /// In the order in which the timers were made; empty before the first sample.
    public var tracks: [TimerTrack] { kept.withLock { $0 } }

    /// Reads every timer once. To be called off the event loop, and by one caller.
    public func sample(at now: Tick) {
        let options = registry.options
        let readings = registry.timers.map { ($0.name, $0.outcome, $0.timer.read(at: now)) }
        let old = tracks
        let next = readings.enumerated().map { index, reading in
            let (name, outcome, figures) = reading
            var track = index < old.count ? old[index] : TimerTrack(name: name, outcome: outcome)
            track.take(figures, isIdle: figures.isIdle(options, at: now))
            return track
        }
        kept.withLock { $0 = next }
    }
}
