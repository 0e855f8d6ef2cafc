public import HelioMetrics

/// Where `/metrics`, `/jolokia` and the status page get what they show of instruments.
public struct MetricsSource: Sendable {
    public let registry: Registry
    /// MBeans beside the timers.
    public let beans: @Sendable () -> [MBean]
    /// The clock of the timers.
    public let now: @Sendable () -> Tick
    /// Sets the gauges that are computed when somebody asks. Called before each rendering, never on the loop and never twice at
    /// a time.
    public let refresh: @Sendable () -> Void
    /// How the timers went lately; whoever makes the source takes its samples.
    public let history: TimerHistory
    /// Of all servers that show this source.
    let line: ScrapeLine

    public init(
        registry: Registry, beans: @escaping @Sendable () -> [MBean] = { [] }, now: @escaping @Sendable () -> Tick,
        refresh: @escaping @Sendable () -> Void
    ) {
        self.registry = registry
        self.beans = beans
        self.now = now
        self.refresh = refresh
        history = TimerHistory(of: registry)
        line = ScrapeLine { $0.render(registry, at: now, after: refresh) }
    }
}
