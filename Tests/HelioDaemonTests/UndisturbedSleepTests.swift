import Testing
@testable import HelioDaemon

/// Cancels its sleeps only after they are over, and before any of them has had its turn.
private actor Late {
    private var sleeping: [Task<Bool, Never>] = []

    func begin() { sleeping.append(Task { await self.rest() }) }

    private func rest() async -> Bool { await sleepUndisturbed(for: .milliseconds(10)) }

    func cancelTooLate() {
        let end = ContinuousClock.now + .milliseconds(100)
        while ContinuousClock.now < end {}
        for task in sleeping { task.cancel() }
    }

    var undisturbed: Int {
        get async {
            var count = 0
            for task in sleeping where await task.value { count += 1 }
            return count
        }
    }
}

@Suite struct UndisturbedSleepTests {
    @Test func aSleepThatIsOver_IsDisturbed_WhenItIsCancelledBeforeItsTurn() async {
        let late = Late()
        for _ in 0..<8 { await late.begin() }
        await late.cancelTooLate()
        #expect(await late.undisturbed == 0)
    }

    @Test func aSleep_IsUndisturbed_WhenNobodyCancels() async {
        let late = Late()
        await late.begin()
        #expect(await late.undisturbed == 1)
    }
}
