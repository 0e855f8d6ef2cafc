import Foundation
import TestSupport
import Testing

/// What the other suites here rely on.
@Suite(.ownThreads) struct OwnThreadsTests {
    /// More tasks than the cooperative pool has threads: each waits for the others, and they meet only if none waits for a thread.
    @Test func tasks_Meet_WhenEachHoldsItsThread() async {
        let count = 4 * ProcessInfo.processInfo.activeProcessorCount
        let (arrivals, departures) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let met = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<count {
                group.addTask {
                    arrivals.signal()
                    return departures.wait(timeout: .now() + 10) == .success
                }
            }
            group.addTask {
                let all = (0..<count).allSatisfy { _ in arrivals.wait(timeout: .now() + 10) == .success }
                for _ in 0..<count { departures.signal() }
                return all
            }
            return await group.allSatisfy { $0 }
        }
        #expect(met)
    }
}
