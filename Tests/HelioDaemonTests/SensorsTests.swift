import HelioLock
import Testing

@testable import HelioDaemon

@Suite struct SensorsTests {
    @Test(.timeLimit(.minutes(1))) func answer_IsWaitedFor_AndItsDelayIsToldOnce() async {
        let (delay, isOverdue) = AsyncStream<Void>.makeStream()
        let tellings = Locked(0)
        let answer = await Sensors.answer(
            of: {
                for await _ in delay { break }
                return "late"
            }, patience: .milliseconds(10),
            whenOverdue: {
                tellings.withLock { $0 += 1 }
                isOverdue.yield()
            })
        #expect(answer == "late")
        #expect(tellings.withLock { $0 } == 1)
    }

    @Test func answer_InTime_IsNoDelay() async {
        let answer = await Sensors.answer(of: { 42 }, patience: .seconds(3600), whenOverdue: { Issue.record("told") })
        #expect(answer == 42)
    }
}
