import Foundation

/// Runs `body` on as many threads at once, and waits for all. Threads of their own: the tasks of all tests share one thread for each
/// processor, and might never meet.
public func onThreads(_ count: Int, _ body: @escaping @Sendable (_ index: Int) -> Void) async {
    await withTaskGroup(of: Void.self) { group in
        for index in 0..<count {
            group.addTask {
                await withCheckedContinuation { continuation in
                    Thread.detachNewThread {
                        body(index)
                        continuation.resume()
                    }
                }
            }
        }
    }
}
