import Glibc
import HelioLoop
import Synchronization
import TestSupport
import Testing

@Suite struct EventLoopTests {
    /// Counts on its loop.
    private actor Counter {
        let loop: EventLoop
        var count = 0

        init(_ loop: EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        func add() -> Bool {
            count += 1
            return loop.isCurrent
        }
    }

    private func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
        let loop = try EventLoop.start()
        defer { loop.stop() }
        try await body(loop)
    }

    @Test func actor_RunsOnItsLoop_WhenCalledFromManyTasks() async throws {
        try await withLoop { loop in
            let counter = Counter(loop)
            let onLoop = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<500 { group.addTask { await counter.add() } }
                return await group.reduce(true) { $0 && $1 }
            }
            #expect(onLoop)
            #expect(await counter.count == 500)
        }
    }

    @Test func task_RunsOnTheLoop_WhenTheLoopIsItsExecutor() async throws {
        try await withLoop { loop in
            let isCurrent = await Task(executorPreference: loop) { loop.isCurrent }.value
            #expect(isCurrent)
        }
    }

    @Test func execute_KeepsOrder_WhenThereIsMoreThanABatch() async throws {
        try await withLoop { loop in
            let seen = Seen()
            for number in 0..<3000 { loop.execute { seen.append(number) } }
            try await eventually("all run") { seen.all.count == 3000 }
            #expect(seen.all == Array(0..<3000))
        }
    }

    @Test func timer_Fires_WhileJobsKeepTheLoopBusy() async throws {
        try await withLoop { loop in
            let fired = Atomic(false)
            let ended = Atomic(false)
            @Sendable func again() { if !ended.load(ordering: .relaxed) { loop.execute(again) } }
            loop.execute(again)
            loop.schedule(after: .milliseconds(5)) { fired.store(true, ordering: .relaxed) }
            defer { ended.store(true, ordering: .relaxed) }
            try await eventually("the timer fires") { fired.load(ordering: .relaxed) }
        }
    }

    @Test func timer_Repeats_UntilItIsCancelled() async throws {
        try await withLoop { loop in
            let count = Atomic(0)
            let timer = loop.schedule(after: .milliseconds(1), repeating: true) { count.add(1, ordering: .relaxed) }
            try await eventually("three times") { count.load(ordering: .relaxed) >= 3 }
            timer.cancel()
            let atCancel = await count.afterTheLoopHasRun(loop)
            let later = Atomic(false)
            loop.schedule(after: .milliseconds(30)) { later.store(true, ordering: .relaxed) }
            try await eventually("time passes") { later.load(ordering: .relaxed) }
            let atEnd = count.load(ordering: .relaxed)
            #expect(atEnd == atCancel)
        }
    }

    @Test func timer_NeverFires_WhenItIsCancelledBeforeItStarted() async throws {
        try await withLoop { loop in
            let fired = Atomic(false)
            let later = Atomic(false)
            let timer = Mutex<LoopTimer?>(nil)
            // Runs before the timer's start, which waits behind it.
            loop.execute {
                while timer.withLock({ $0 == nil }) { Pace.block(milliseconds: 1) }
                timer.withLock { $0?.cancel() }
            }
            timer.withLock { $0 = loop.schedule(after: .zero) { fired.store(true, ordering: .relaxed) } }
            loop.schedule(after: .milliseconds(20)) { later.store(true, ordering: .relaxed) }
            try await eventually("time passes") { later.load(ordering: .relaxed) }
            let hasFired = fired.load(ordering: .relaxed)
            #expect(!hasFired)
        }
    }

    @Test func lagProbe_TellsTheBlockedTime_WhenAJobBlocks() async throws {
        try await withLoop { loop in
            let worst = Seen()
            loop.observeLag { worst.append(Int($0 / .milliseconds(1))) }
            loop.execute { Pace.block(milliseconds: 50) }
            try await eventually("the lag is seen") { (worst.all.max() ?? 0) >= 50 }
        }
    }

    @Test func signals_AreYielded_WhenTheyArrive() async throws {
        try await withLoop { loop in
            let stream = loop.signals(SIGUSR1)
            let ready = Atomic(false)
            loop.execute { ready.store(true, ordering: .relaxed) }
            try await eventually("the loop takes the signal over") { ready.load(ordering: .relaxed) }
            kill(getpid(), SIGUSR1)
            var iterator = stream.makeAsyncIterator()
            #expect(await iterator.next() == SIGUSR1)
        }
    }

    @Test func stop_RunsWhatIsQueued_BeforeTheThreadEnds() throws {
        let loop = try EventLoop.start()
        let seen = Seen()
        for number in 0..<2000 { loop.execute { seen.append(number) } }
        loop.stop()
        #expect(seen.all.count == 2000)
    }
}

/// Numbers in the order in which they came.
final class Seen: Sendable {
    private let numbers = Mutex<[Int]>([])
    var all: [Int] { numbers.withLock { $0 } }
    func append(_ number: Int) { numbers.withLock { $0.append(number) } }
}

extension Atomic where Value == Int {
    fileprivate borrowing func afterTheLoopHasRun(_ loop: EventLoop) async -> Int {
        await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
        return load(ordering: .relaxed)
    }
}
