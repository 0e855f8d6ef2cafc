import HelioLock

/// Everything that is measured, and how it is told.
///
/// Handles are made once, when the program is put together, and kept by those who record: recording looks nothing up. Families
/// appear in the order in which they were made, timers after them, and children in the order of their labels' values, each from the
/// start with 0; those of passing families (`passingGauges`, `passingHistogram`) are there when whoever makes them says so. A name that is
/// illegal or taken is our own bug and stops the program.
public final class Registry: Sendable {
    private struct Contents {
        var families: [Family] = []
        var timers: TimerBoard
        var options: TimerOptions
        var taken: Set<String>
        /// Bytes of the last rendering: the next will be about as long.
        var length = 0
    }

    private let contents: Locked<Contents>

    /// - Parameter timerPrefix: what the names of the timers' families begin with.
    public init(timerPrefix: String = "heliostat_timer", _ options: TimerOptions = TimerOptions()) {
        let timers = TimerBoard(prefix: timerPrefix)
        let taken = Set(timers.names.flatMap(\.claims))
        contents = Locked(Contents(timers: timers, options: options, taken: taken))
    }

    /// Changes from the next rendering on how timers appear.
    var options: TimerOptions { contents.withLock { $0.options } }

    public func configure(_ options: TimerOptions) { contents.withLock { $0.options = options } }

    /// In the order in which they were made.
    public var timers: [(name: String, outcome: String, timer: Timer)] { contents.withLock { $0.timers.timers } }

    /// - Parameters:
    ///   - outcome: how what was timed ended; timers that time successes only say `success`.
    ///   - buckets: bounds of the histogram in seconds.
    public func timer(
        _ name: String, outcome: String = "success", buckets: [Double] = Timer.defaultBuckets, at now: Tick
    ) -> Timer {
        let timer = Timer(buckets: buckets, createdAt: now, seed: .random(in: .min ... .max))
        contents.withLock { $0.timers.add(timer, name: name, outcome: outcome, buckets: buckets) }
        return timer
    }

    /// The document that a scrape gets. Locks are held only to copy; to be called off the event loop.
    public func render(_ format: ExpositionFormat, at now: Tick) -> [UInt8] {
        let contents = contents.withLock { $0 }
        var output: [UInt8] = []
        output.reserveCapacity(contents.length + contents.length / 8)
        for family in contents.families { family.write(format, to: &output) }
        contents.timers.write(format, contents.options, at: now, to: &output)
        if format == .openMetrics { output.append(contentsOf: "# EOF\n".utf8) }
        self.contents.withLock { $0.length = output.count }
        return output
    }

    @discardableResult
    func add(_ name: MetricName, help: String, passing: (@Sendable () -> [Child])? = nil) -> Family {
        let family = Family(name, help: help, passing: passing)
        contents.withLock { contents in
            for name in name.claims {
                precondition(contents.taken.insert(name).inserted, "\(name) is registered already")
            }
            contents.families.append(family)
        }
        return family
    }
}
