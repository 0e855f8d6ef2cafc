import HelioNode
import HelioStore
import Logging

extension NodeLog {
    /// One line when an operation begins, one when it ends.
    func began(_ operation: Operation) {
        write(operation.kind.isFrequent ? .debug : .info, "operation started", fields(of: operation))
    }

    func ended(_ operation: Operation, _ status: OperationStatus, _ duration: Duration) {
        let isFine = status == .success
        write(
            isFine ? (operation.kind.isFrequent ? .debug : .info) : .warning, "operation ended",
            fields(of: operation) + [("status", .text(status.rawValue)), ("seconds", .duration(duration))])
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
