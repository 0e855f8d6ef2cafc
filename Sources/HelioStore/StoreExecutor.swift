@preconcurrency import Dispatch

/// Runs an actor on a thread of its own choosing, so that waiting for a disk never takes a thread of the cooperative pool.
///
/// GRDB's asynchronous calls would do the same, but they stop at the cancellation of the calling task: a change whose refs have
/// moved must be marked as done whatever becomes of the task. With this executor GRDB is called synchronously, a call is one
/// uninterrupted step, and calls happen in the order they arrive.
final class StoreExecutor: SerialExecutor {
    let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    /// For opening: what blocks before there is an actor to block.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }
}
