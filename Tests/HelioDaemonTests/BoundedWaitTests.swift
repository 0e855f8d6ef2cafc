import Testing

@testable import HelioDaemon

@Suite(.timeLimit(.minutes(1))) struct BoundedWaitTests {
    @Test func end_InTime_IsTheEndOfTheWait() async {
        let hasEnded = await BoundedWait.end(of: {}, within: .seconds(3600))
        #expect(hasEnded)
    }

    @Test func whatNeverEnds_IsLeftBehind() async {
        let (never, end) = AsyncStream<Void>.makeStream()
        let asked = ContinuousClock.now
        let hasEnded = await BoundedWait.end(of: { for await _ in never {} }, within: .milliseconds(50))
        #expect(!hasEnded)
        #expect(ContinuousClock.now - asked >= .milliseconds(50))
        // Nobody waits any more: its end changes nothing.
        end.finish()
    }

    /// A second request to stop cancels the first: what is left to write is waited for all the same.
    @Test func wait_IsNotCutShort_WhenWhoWaitsIsCancelled() async {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let wait = Task { await BoundedWait.end(of: { for await _ in gate { break } }, within: .seconds(3600)) }
        wait.cancel()
        open.yield()
        #expect(await wait.value)
    }
}
