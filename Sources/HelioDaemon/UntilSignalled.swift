import Glibc
import HelioLoop

/// For commands that run git: a git that reads a repository is in a session of its own and would outlive us. TERM and INT cancel instead
/// of killing, and cancelling ends it.
enum UntilSignalled {
    /// - Parameter body: ends soon once its task is cancelled.
    static func run<Value: Sendable, Problem: Error>(
        _ body: @escaping @Sendable () async throws(Problem) -> Value
    ) async throws -> Value {
        let loop = try EventLoop.start(name: "signals")
        let signals = loop.signals(SIGTERM, SIGINT)
        let work = Task { () -> Result<Value, Problem> in
            do throws(Problem) { return .success(try await body()) } catch { return .failure(error) }
        }
        let watch = Task {
            for await _ in signals { work.cancel() }
        }
        let result = await work.value
        watch.cancel()
        await watch.value
        loop.stop()
        return try result.get()
    }
}
