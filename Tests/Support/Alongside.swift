import Foundation
import Synchronization

/// Work that goes on beside a test until it is told to end, on a thread of its own: the tasks of all tests share one thread for
/// each processor, and as many that block would stop them all for good.
public final class Alongside<Result: Sendable>: Sendable {
    private let isOver: Flag
    private let work: Task<Result, any Error>

    /// - Parameter body: asks now and then whether it is to go on.
    public init(_ body: @escaping @Sendable (_ goesOn: @Sendable () -> Bool) throws -> Result) {
        let isOver = Flag()
        self.isOver = isOver
        work = Task {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(with: Swift.Result { try body { !isOver.value.load(ordering: .relaxed) } })
                }
            }
        }
    }

    deinit { isOver.value.store(true, ordering: .relaxed) }

    /// Waits until the work has come to its end.
    public func end() async throws -> Result {
        isOver.value.store(true, ordering: .relaxed)
        return try await work.value
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }
}
