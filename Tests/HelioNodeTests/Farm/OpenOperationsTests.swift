import Testing

@testable import HelioNode

/// Operations end when all have answered, or when they are overdue, and each is told once.
struct OpenOperationsTests {
    private static let members = (1...3).map { MemberID("0000000\($0)-0000-4000-8000-00000000000\($0)")! }
    private let ids: [FarmOperationID]

    init() {
        var random = SystemRandomNumberGenerator()
        ids = (0..<4).map { _ in FarmOperationID(using: &random) }.sorted()
    }

    private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func operations(deadlines: [Int64]) -> OpenOperations {
        var operations = OpenOperations()
        for (id, deadline) in zip(ids, deadlines) {
            operations.begin(
                id,
                DistributedOperation([.fetch], awaiting: Set(Self.members), content: nil, startedAt: time(0), deadline: time(deadline)))
        }
        return operations
    }

    private func answer(_ operations: inout OpenOperations, _ id: FarmOperationID) {
        for member in Self.members { operations.take(.success(nil), of: id, from: member) }
    }

    @Test func answered_EndsOnce_WhateverItsDeadline() {
        var operations = operations(deadlines: [10, 20, 30])
        answer(&operations, ids[2])
        answer(&operations, ids[1])
        let ended = operations.takeEnded(except: nil, at: time(1))
        #expect(ended.map(\.id) == [ids[1], ids[2]] && ended.allSatisfy { $0.operation.outcome == .success })
        #expect(operations.takeEnded(except: nil, at: time(2)).isEmpty)
        #expect(operations.contains(ids[0]) && !operations.contains(ids[1]))
    }

    @Test func overdue_EndsAsTimeout_AndTheNextDeadlineIsThatOfWhatIsOpen() {
        var operations = operations(deadlines: [10, 20, 30])
        answer(&operations, ids[0])
        _ = operations.takeEnded(except: nil, at: time(1))
        #expect(operations.nextDeadline == time(20))
        let ended = operations.takeEnded(except: nil, at: time(20))
        #expect(ended.map(\.id) == [ids[1]] && ended.first?.operation.outcome == .timeout)
        #expect(operations.nextDeadline == time(30))
        #expect(operations.takeEnded(except: nil, at: time(30)).map(\.id) == [ids[2]])
        #expect(operations.nextDeadline == nil)
    }

    @Test func kept_StaysUntilItIsOverdue() {
        var operations = operations(deadlines: [10])
        answer(&operations, ids[0])
        #expect(operations.takeEnded(except: ids[0], at: time(9)).isEmpty && operations.contains(ids[0]))
        #expect(operations.nextDeadline == time(10))
        #expect(operations.takeEnded(except: ids[0], at: time(10)).map(\.id) == [ids[0]])
    }

    @Test func awaitingNobody_EndsAtOnce() {
        var operations = OpenOperations()
        operations.begin(ids[0], DistributedOperation([.vet], awaiting: [], content: nil, startedAt: time(0), deadline: time(10)))
        #expect(operations.takeEnded(except: nil, at: time(0)).map(\.id) == [ids[0]])
    }

    @Test func departed_IsNotWaitedFor() {
        var operations = operations(deadlines: [10])
        for member in Self.members { operations.giveUp(on: member, saidGoodbye: member == Self.members[0]) }
        #expect(operations.takeEnded(except: nil, at: time(1)).map(\.operation.outcome) == [.timeout])
    }
}
