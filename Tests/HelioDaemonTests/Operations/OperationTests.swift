import HelioLock
import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioDaemon

struct OperationTests {
    private let ends = Locked<[OperationStatus]>([])

    private func operation(deadline: Duration = .seconds(10)) -> Operation {
        Operation(.fetch, startedAt: Moment(monotonic: at(0), wall: WallTime(millisecondsSince1970: 0)), deadline: deadline) {
            [ends] _, end in ends.withLock { $0.append(end.status) }
        }
    }

    private func at(_ second: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: second * 1_000_000_000) }

    @Test func operation_EndsOnce_WhoeverEndsItTwice() {
        let operation = operation()
        #expect(operation.end(failed: false, at: at(1)))
        #expect(!operation.end(failed: true, at: at(2)))
        #expect(!operation.orphan(at: at(3)))
        #expect(ends.withLock { $0 } == [.success])
    }

    /// All threads go through the same operations in the same order, so that they meet at most of them.
    @Test func operation_EndsOnce_FromManyThreads() async {
        let operations = (0..<50_000).map { _ in operation() }
        let enders = Locked(0)
        await onThreads(4) { thread in
            let ended = operations.count { operation in
                thread == 0 ? operation.orphan(at: at(1)) : operation.end(failed: thread == 1, at: at(1))
            }
            enders.withLock { $0 += ended }
        }
        #expect(enders.withLock { $0 } == operations.count)
        #expect(ends.withLock { $0 }.count == operations.count)
    }

    @Test func lateEnd_IsExpired_AndAnErrorBeatsThat() {
        operation().end(failed: false, at: at(10))
        operation().end(failed: false, at: at(11))
        operation().end(failed: true, at: at(11))
        #expect(ends.withLock { $0 } == [.success, .expired, .failure])
    }

    @Test func deadlines_AreThoseOfTheContract() {
        let deadlines = OperationKind.allCases.map { $0.softDeadline(vetInterval: .seconds(77)) }
        let expected: [OperationKind: Duration] = [
            .discovery: .seconds(300), .fetch: .seconds(600), .clone: .seconds(7200), .vet: .seconds(77), .hash: .seconds(600),
            .webhook: .seconds(10), .repair: .seconds(600), .purge: .seconds(600), .maintenance: .seconds(600),
            .metadata: .seconds(600), .unknown: .seconds(600),
        ]
        #expect(deadlines == OperationKind.allCases.map { expected[$0] })
    }
}

struct OperationTableTests {
    private func operation(_ kind: OperationKind = .fetch) -> Operation {
        Operation(kind, startedAt: SystemClock.now(), deadline: .seconds(1)) { _, _ in }
    }

    @Test func shortOperation_IsNeverWritten() {
        var table = OperationTable()
        let operation = operation()
        table.began(operation)
        #expect(table.running == [.fetch: 1])
        table.ended(operation.id)
        #expect(table.running.isEmpty)
        let changes = table.take()
        #expect(changes.started.isEmpty && changes.ended.isEmpty)
    }

    @Test func operation_IsWrittenOnce_AndTakenOutOnce() {
        var table = OperationTable()
        let operation = operation()
        table.began(operation)
        #expect(table.take().started.map(\.id) == [operation.id])
        #expect(table.take().started.isEmpty)
        table.ended(operation.id)
        table.ended(operation.id)
        #expect(table.take().ended == [operation.id])
        #expect(table.take().ended.isEmpty)
    }

    @Test func whatCouldNotBeWritten_IsTriedAgain_UnlessItIsOverMeanwhile() {
        var table = OperationTable()
        let (one, two) = (operation(), operation())
        table.began(one)
        table.began(two)
        let refused = table.take()
        table.putBack(refused)
        table.ended(two.id)
        #expect(table.take().started.map(\.id) == [one.id])
        table.ended(one.id)
        let ends = table.take()
        table.putBack(ends)
        #expect(table.take().ended == [one.id])
    }

    @Test func endBetweenARefusedWriteAndItsReturn_LeavesNoTrace() {
        var table = OperationTable()
        let operation = operation()
        table.began(operation)
        let refused = table.take()
        table.ended(operation.id)
        table.putBack(refused)
        let changes = table.take()
        #expect(changes.started.isEmpty && changes.ended.isEmpty)
    }

    @Test func onlyWhatSomebodyHolds_IsVouchedFor() {
        var table = OperationTable()
        let held = operation()
        var dropped: Operation? = operation()
        table.began(held)
        if let dropped { table.began(dropped) }
        _ = table.take()
        dropped = nil
        table.beat()
        #expect(table.take().alive == [held.id])
        #expect(table.running == [.fetch: 2], "nobody has said that the other one is over")
    }

    @Test func refusedHeartbeat_IsTriedAgain_AndIsNoneBeforeItIsWritten() {
        var table = OperationTable()
        let operation = operation()
        table.began(operation)
        _ = table.take()
        table.beat()
        table.putBack(table.take())
        let again = table.take()
        #expect(again.isHeartbeat)
        #expect(again.alive == [operation.id])
        #expect(!table.take().isHeartbeat, "an empty write vouches for nobody")
    }

    @Test func operationDroppedBeforeItWasWritten_IsNotCountedAsRunningForEver() {
        var table = OperationTable()
        var dropped: Operation? = operation()
        if let dropped { table.began(dropped) }
        dropped = nil
        #expect(table.take().started.isEmpty)
        #expect(table.running.isEmpty)
    }

    @Test func running_NeverFallsBelowZero_InAnyOrder() {
        var random = SeededGenerator(seed: 7)
        var table = OperationTable()
        var known: [Operation] = []
        for _ in 0..<5000 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                known.append(operation(OperationKind.allCases.randomElement(using: &random) ?? .fetch))
                if let last = known.last { table.began(last) }
            case 2: known.randomElement(using: &random).map { table.ended($0.id) }
            case 3: known.randomElement(using: &random).map { _ = table.swept($0.id) }
            default:
                let changes = table.take()
                if Bool.random(using: &random) { table.putBack(changes) }
            }
            #expect(table.running.values.allSatisfy { $0 > 0 })
        }
    }
}
