/// How timers appear in Prometheus. The Jolokia view does not ask: it shows what JMX would.
public struct TimerOptions: Sendable, Hashable {
    /// Whether rates, mean, deviation, minimum and maximum are there, which JMX has and Prometheus can do without.
    public var jmxParity: Bool
    /// After so long without an event the quantiles are NaN: a sample does not age by itself, and old figures would look like new
    /// ones.
    public var idle: Duration

    public init(jmxParity: Bool = true, idle: Duration = .seconds(900)) {
        self.jmxParity = jmxParity
        self.idle = idle
    }
}
