internal import Foundation
internal import HelioLock

/// Runs what blocks on a thread of its own, so that it holds up nobody who waits beside it.
enum OffPool {
    /// - Returns: nil when the task is cancelled first; the thread is then left behind, which a process about to end may do.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        let place = Locked<CheckedContinuation<Value?, Never>?>(nil)
        @Sendable func resume(_ value: Value?) {
            let continuation = place.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            continuation?.resume(returning: value)
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                place.withLock { $0 = continuation }
                if Task.isCancelled { return resume(nil) }
                Thread.detachNewThread { resume(body()) }
            }
        } onCancel: {
            resume(nil)
        }
    }
}
