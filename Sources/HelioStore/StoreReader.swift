import GRDB

/// The second connection, which only reads: a long look at the catalogue holds up no write.
actor StoreReader {
    private let queue: DatabaseQueue
    private let executor = StoreExecutor(label: "heliostat.store.reader")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ queue: DatabaseQueue) { self.queue = queue }

    /// What was committed before the call, at one moment.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw StoreError(error)
        }
    }
}
