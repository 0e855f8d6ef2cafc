import Foundation
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
private final class WaitingThreads: TaskExecutor, @unchecked Sendable {
    // @unchecked: `jobs` and `idle` are touched under `filled` only, which ThreadSanitizer sees.
    static let shared = WaitingThreads()

    private let filled = NSCondition()
    private var jobs: [UnownedJob] = []
    private var idle = 0

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isNewThreadNeeded = filled.withLock {
            jobs.append(job)
            filled.signal()
            guard jobs.count > idle else { return false }
            idle += 1
            return true
        }
        if isNewThreadNeeded { Thread.detachNewThread(run) }
    }

    private func run() {
        while true {
            let job = filled.withLock {
                while jobs.isEmpty { filled.wait() }
                idle -= 1
                return jobs.removeFirst()
            }
            job.runSynchronously(on: asUnownedTaskExecutor())
            filled.withLock { idle += 1 }
        }
    }
}
