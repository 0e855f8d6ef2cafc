import Foundation
import Synchronization
public import Testing

/// Runs a test, or each test of a suite, on threads that nothing else uses.
///
/// The cooperative pool has one thread for each processor. A test that waits for a process, or for bytes, holds one of them, and two such
/// tests beside each other hold up every task of the process: also those of the parts of a node that other tests run in it.
public struct OwnThreads: TestTrait, SuiteTrait, TestScoping {
    public let isRecursive = true

    public func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        try await withTaskExecutorPreference(WaitingThreads.shared) { try await function() }
    }
}

extension Trait where Self == OwnThreads {
    public static var ownThreads: Self { Self() }
}

/// As many threads as there are jobs at once: a job may wait as long as it likes. Idle threads stay for the next.
private final class WaitingThreads: TaskExecutor {
    static let shared = WaitingThreads()

    private struct Queue {
        var jobs: [UnownedJob] = []
        var idle = 0
    }

    private let queue = Mutex(Queue())
    private let filled = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isNewThreadNeeded = queue.withLock { queue in
            queue.jobs.append(job)
            guard queue.jobs.count > queue.idle else { return false }
            queue.idle += 1
            return true
        }
        if isNewThreadNeeded { Thread.detachNewThread(run) }
        filled.signal()
    }

    private func run() {
        while true {
            filled.wait()
            let job = queue.withLock { queue in
                queue.idle -= 1
                return queue.jobs.removeFirst()
            }
            job.runSynchronously(on: asUnownedTaskExecutor())
            queue.withLock { $0.idle += 1 }
        }
    }
}
