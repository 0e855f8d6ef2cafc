import HelioLoop
import Synchronization
import TestSupport
import Testing

/// Waits for calls on its loop.
private actor Asker {
    let loop: EventLoop
    private let call: BlockingCall<Int>
    private var answers: [Int?] = []

    init(_ loop: EventLoop, _ body: @escaping @Sendable () -> Int) {
        self.loop = loop
        call = BlockingCall(loop: loop, name: "test", body)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func begin(within limit: Duration) throws(LoopError) {
        try call.begin(within: limit) { [weak self] value in self?.assumeIsolated { $0.answers.append(value) } }
    }

    func abandon() { call.abandon() }

    var all: [Int?] { answers }
}

/// Holds calls until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic(false)
    private let count = Atomic(0)

    var calls: Int { count.load(ordering: .relaxed) }
    func open() { isOpen.store(true, ordering: .relaxed) }

    func pass() -> Int {
        let number = count.add(1, ordering: .relaxed).newValue
        while !isOpen.load(ordering: .relaxed) { Pace.block(milliseconds: 1) }
        return number
    }
}

@Suite struct BlockingCallTests {
    private func withAsker(_ body: (Asker, Gate) async throws -> Void) async throws {
        let loop = try EventLoop.start()
        let gate = Gate()
        let asker = Asker(loop) {
            loop.isCurrent ? -1 : gate.pass()
        }
        try await body(asker, gate)
        await asker.abandon()
        loop.stop()
        gate.open()  // what comes back now finds a stopped loop
    }

    @Test func answer_Comes_OffTheLoop() async throws {
        try await withAsker { asker, gate in
            gate.open()
            try await asker.begin(within: .seconds(10))
            try await eventually("the answer comes") { await asker.all == [1] }
            try await asker.begin(within: .seconds(10))
            try await eventually("another call is made") { await asker.all == [1, 2] }
        }
    }

    @Test func hangingCall_IsGivenUp_AndNoSecondIsMade() async throws {
        try await withAsker { asker, gate in
            for round in 1...3 {
                try await asker.begin(within: .milliseconds(20))
                try await eventually("it is given up") { await asker.all.count == round }
            }
            #expect(await asker.all == [nil, nil, nil])
            #expect(gate.calls == 1)
        }
    }

    @Test func lateAnswer_GoesToTheNextWhoAsks() async throws {
        try await withAsker { asker, gate in
            try await asker.begin(within: .milliseconds(20))
            try await eventually("it is given up") { await asker.all.count == 1 }
            gate.open()
            try await Pace.take(.milliseconds(50))
            try await asker.begin(within: .seconds(10))
            try await eventually("the answer comes") { await asker.all.count == 2 }
            #expect(await asker.all == [nil, 1])
            #expect(gate.calls == 1)
        }
    }

    @Test func whoWaited_GetsNothing_WhenAnotherAsks() async throws {
        try await withAsker { asker, gate in
            try await asker.begin(within: .seconds(10))
            try await asker.begin(within: .seconds(10))
            #expect(await asker.all == [nil])
            gate.open()
            try await eventually("the answer comes") { await asker.all == [nil, 1] }
        }
    }

    @Test func abandonedCall_AnswersNobody() async throws {
        try await withAsker { asker, gate in
            try await asker.begin(within: .milliseconds(20))
            await asker.abandon()
            gate.open()
            try await Pace.take(.milliseconds(50))
            #expect(await asker.all.isEmpty)
        }
    }
}
