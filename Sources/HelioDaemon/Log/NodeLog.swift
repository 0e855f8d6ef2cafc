import HelioNode
import Logging

/// The node's log: one line for each thing an operator may ask about later. Never blocks.
struct NodeLog: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    typealias Fields = KeyValuePairs<String, LogValue>

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
                "from": .text(step.from.rawValue), "to": .text(step.to.rawValue), "reason": .text(step.reason),
                "seconds": .duration(step.duration),
            ])
    }

    func run(_ run: Run) {
        guard let end = run.end else { return }
        let counts = RepositoryOutcome.allCases.map { ($0.rawValue, LogValue.count(run.outcomes[$0, default: 0])) }
        let level: Logger.Level = run.scope == .all && run.trigger == .scheduled && end.status == .success ? .debug : .info
        write(
            level, "run closed",
            [("run", .text(run.id.description)), ("status", .text(end.status.rawValue))] + counts
                + [("seconds", .duration(end.duration))] + (end.reason.map { [("reason", .text($0))] } ?? []))
    }

    func ended(_ job: SyncJob, _ result: Result<SyncResult, Failure>) {
        guard case .success(let result) = result else { return }
        write(
            result.changed ? .info : .debug, result.changed ? "synchronized" : "unchanged",
            [
                ("repository", .text(job.repository.name.description)), ("kind", .text(result.kind.rawValue)),
                ("trigger", .text(job.request.trigger.rawValue)), ("content", .text(result.content.description)),
                ("seconds", .duration(SystemClock.monotonic() - job.startedAt.monotonic)),
            ])
    }

    func write(_ level: Logger.Level, _ message: String, _ fields: [(String, LogValue)]) {
        guard logger.logLevel <= level else { return }
        let metadata = Logger.Metadata(fields.map { ($0.0, .stringConvertible(Field($0.1))) }, uniquingKeysWith: { first, _ in first })
        logger.log(level: level, "\(message)", metadata: metadata)
    }
}
