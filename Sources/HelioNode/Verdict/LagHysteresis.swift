/// Two thresholds and a hold, so that a lag around the limit cannot make readiness flap.
public struct LagHysteresis: Hashable, Sendable {
    public struct Limits: Hashable, Sendable {
        /// Not ready above this.
        public var leave: Duration
        /// Ready again below this…
        public var enter: Duration
        /// …for so long.
        public var hold: Duration

        public init(leave: Duration, enter: Duration, hold: Duration) {
            self.leave = leave
            self.enter = enter
            self.hold = hold
        }
    }

    public private(set) var isLagging = false
    private var belowSince: MonotonicTime?

    public init() {}

    public mutating func observe(lag: Duration, limits: Limits, at now: MonotonicTime) {
        if lag > limits.leave {
            isLagging = true
            belowSince = nil
        } else if isLagging {
            observeRecovery(lag: lag, limits: limits, at: now)
        }
    }

    private mutating func observeRecovery(lag: Duration, limits: Limits, at now: MonotonicTime) {
        guard lag < limits.enter else {
            belowSince = nil
            return
        }
        let since = belowSince ?? now
        belowSince = since
        if now - since >= limits.hold {
            isLagging = false
            belowSince = nil
        }
    }
}
