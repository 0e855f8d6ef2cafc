import HelioNode
import HelioStore
import Logging

extension NodeLog {
    /// One line when an operation begins, one when it ends.
    func began(_ operation: Operation) {
        write(operation.kind.isFrequent ? .debug : .info, "operation started", fields(of: operation))
    }

    ///
    /// What failed has told so itself, as a warning with all that is known; here stands only which operation it was.
    func ended(_ operation: Operation, _ end: Operation.End) {
        var fields = fields(of: operation) + [("status", .text(end.status.rawValue)), ("seconds", .duration(end.duration))]
        if let reason = end.reason { fields.append(("reason", .text(reason))) }
        let level: Logger.Level =
            switch end.status {
            case .success: operation.kind.isFrequent ? .debug : .info
            case .failure: .info
            case .expired, .orphaned: .warning
            }
        write(level, "operation ended", fields)
    }

    /// Of a process that is gone: nobody can tell how long it lasted.
    func orphaned(_ operation: StoredOperation) {
        var fields: [(String, LogValue)] = [("operation", .text(operation.kind)), ("id", .text(operation.id))]
        if let repository = operation.repository { fields.append(("repository", .text(repository.description))) }
        if let run = operation.run { fields.append(("run", .text(run))) }
        write(.warning, "operation ended", fields + [("status", .text(OperationStatus.orphaned.rawValue))])
    }

    private func fields(of operation: Operation) -> [(String, LogValue)] {
        var fields: [(String, LogValue)] = [("operation", .text(operation.kind.rawValue)), ("id", .text(operation.id))]
        if let repository = operation.repository { fields.append(("repository", .text(repository.description))) }
        if let run = operation.run { fields.append(("run", .text(run.description))) }
        return fields
    }
}
