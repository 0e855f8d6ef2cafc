import HelioNode
import Logging

/// The node's log: one line for each thing an operator may ask about later. Never blocks.
struct NodeLog: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    typealias Fields = KeyValuePairs<String, String>

    func debug(_ message: String, _ fields: Fields = [:]) { write(.debug, message, fields.map { ($0.key, $0.value) }) }
    func info(_ message: String, _ fields: Fields = [:]) { write(.info, message, fields.map { ($0.key, $0.value) }) }
    func warning(_ message: String, _ fields: Fields = [:]) { write(.warning, message, fields.map { ($0.key, $0.value) }) }
    func error(_ message: String, _ fields: Fields = [:]) { write(.error, message, fields.map { ($0.key, $0.value) }) }

    func write(_ line: LogLine) {
        let level: Logger.Level =
            switch line.level {
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        write(level, line.message, line.fields.map { ($0.key, $0.value) })
    }

    func transition(_ step: Transition) {
        info(
            "state changed",
            [
                "from": step.from.rawValue, "to": step.to.rawValue, "reason": step.reason,
                "seconds": "\(step.duration.inSeconds)",
            ])
    }

    func run(_ run: Run) {
        guard let end = run.end else { return }
        let counts = RepositoryOutcome.allCases.map { ($0.rawValue, "\(run.outcomes[$0, default: 0])") }
        let level: Logger.Level = run.scope == .all && run.trigger == .scheduled && end.status == .success ? .debug : .info
        write(
            level, "run closed",
            [("run", run.id.description), ("status", end.status.rawValue), ("reason", end.reason ?? "")] + counts
                + [("seconds", "\(end.duration.inSeconds)")])
    }

    func ended(_ job: SyncJob, _ result: Result<SyncResult, Failure>) {
        guard case .success(let result) = result else { return }
        write(
            result.changed ? .info : .debug, result.changed ? "synchronized" : "unchanged",
            [
                ("repository", job.repository.name.description), ("kind", result.kind.rawValue),
                ("trigger", job.request.trigger.rawValue), ("content", result.content.description),
                ("seconds", "\((SystemClock.monotonic() - job.startedAt.monotonic).inSeconds)"),
            ])
    }

    private func write(_ level: Logger.Level, _ message: String, _ fields: [(String, String)]) {
        guard logger.logLevel <= level else { return }
        let metadata = Logger.Metadata(fields.map { ($0.0, .string($0.1)) }, uniquingKeysWith: { first, _ in first })
        logger.log(level: level, "\(message)", metadata: metadata)
    }
}
