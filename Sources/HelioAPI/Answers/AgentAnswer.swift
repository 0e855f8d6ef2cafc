public import HelioNode

/// What HAProxy's agent check reads: one line, by the words of `agent-check` in its configuration manual.
///
/// The line only says what an operator or the lag wants; whether the server is up or down stays with the health check, so that a node
/// whose agent cannot be reached is judged by `/status` alone.
public enum AgentAnswer {
    /// Percent of its weight that a node keeps however far it lags: a lag that all share must not empty the pool.
    static let leastWeight = 10

    /// Bytes of a reason that are told.
    private static let reasonLimit = 100

    /// - Returns: `ready 100%`, with a weight that falls with the lag; `drain #why` of a drained or stopping node; `maint #state` of one
    ///   whose `/status` is not 200.
    public static func line(_ snapshot: NodeSnapshot, at now: MonotonicTime) -> [UInt8] {
        Array((words(snapshot, at: now) + "\n").utf8)
    }

    private static func words(_ snapshot: NodeSnapshot, at now: MonotonicTime) -> String {
        if let reason = snapshot.draining { return "drain #\(plain(reason))" }
        if snapshot.state == .stopping { return "drain #\(snapshot.state.rawValue)" }
        guard snapshot.verdict.code == 200 else { return "maint #\(snapshot.state.rawValue)" }
        return "ready \(weight(lag: snapshot.lag(at: now), snapshot.settings.lag))%"
    }

    /// Whole up to `ready.resume_lag`, then falling in a line to the least at `ready.max_lag`.
    static func weight(lag: Duration, _ limits: LagHysteresis.Limits) -> Int {
        guard lag > limits.enter else { return 100 }
        guard lag < limits.leave else { return leastWeight }
        let share = (lag - limits.enter) / (limits.leave - limits.enter)
        return 100 - Int((Double(100 - leastWeight) * share).rounded(.down))
    }

    /// HAProxy shows it to people, and takes the line's end for its own.
    private static func plain(_ reason: String) -> String {
        let shown = reason.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        return String(shown.prefix(reasonLimit))
    }
}
