import HelioMetrics

/// A timer with a clock that is moved by hand. Times are seconds since the timer was made.
struct Clockwork {
    let timer: Timer

    init(reservoirSize: Int = 1028, alpha: Double = 0.015) {
        timer = Timer(reservoirSize: reservoirSize, alpha: alpha, createdAt: .at(0), seed: 1)
    }

    func record(_ nanoseconds: Int64..., at seconds: Double) {
        for value in nanoseconds { timer.record(nanoseconds: value, at: .at(seconds)) }
    }

    func read(at seconds: Double) -> TimerReading { timer.read(at: .at(seconds)) }
}

extension Tick {
    static func at(_ seconds: Double) -> Tick { Tick(nanoseconds: Int64((seconds * 1e9).rounded())) }
}

extension Double {
    /// Within a billionth of it.
    func isClose(to other: Double) -> Bool { abs(self - other) <= 1e-9 * abs(other) }
}
