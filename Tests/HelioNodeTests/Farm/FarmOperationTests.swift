import Testing

@testable import HelioNode

/// What a farm of three does together: who is told, and what is measured of it.
struct FarmOperationTests: FarmOfThree {
    var machine: FarmMachine
    let records: [MemberRecord]
    private let change: CopyChange

    init() throws {
        records = try Self.makeRecords()
        change = CopyChange(repository: RepositoryID(1), name: try RepositoryName("P/r"), content: Self.content(1), kind: .incremental)
        machine = FarmMachine(records[0], settings: FarmSettings(), seed: 1, now: Self.at(0))
        feed(.standing(records[0].standing), at: 0)
    }

    private mutating func changed(at seconds: Double) -> [FarmEffect] { feed(.changed(change, listedAt: Self.at(seconds)), at: seconds) }

    private mutating func held(at seconds: Double) -> [FarmEffect] {
        let held = HeldChange(id: HeldID(1), repository: change.repository, name: change.name, content: change.content)
        return feed(.held(held, .incremental, listedAt: Self.at(seconds)), at: seconds)
    }

    // MARK: Changes

    /// No endpoint, or none that wants to know: the others need not wait for their own pass all the same.
    @Test mutating func changeThatNobodyNeedBeToldOf_ReachesTheOthers_AndIsMeasured() throws {
        read(at: 5)
        let told = try #require(changed(at: 6).messages.operations.first)
        #expect(letter(.answered(told, .success(change.content)), from: others[0], at: 7).measured.isEmpty)
        let ended = letter(.answered(told, .equal(change.content)), from: others[1], at: 8)
        #expect(ended.measured == [Measured(.fetch, .success, 2), Measured(.updateRef, .success, 2)])
        #expect(ended.everywhere == [.incremental])
    }

    @Test mutating func changeThatAnotherHasToldOf_IsNotToldAgain() throws {
        read(at: 5)
        let operation = try #require(FarmOperationID("00000000-0000-4000-8000-0000000000a1"))
        letter(.changed(operation, change.name, change.repository, content: change.content), from: others[0], at: 6)
        #expect(changed(at: 7).messages.operations.isEmpty)
    }

    /// Everything is new to a node that joins, and to nobody else.
    @Test mutating func nodeThatCatchesUp_TellsNobody() {
        var standing = records[0].standing
        standing.state = .metadataSynchronized
        feed(.standing(standing), at: 1)
        read(at: 5)
        #expect(changed(at: 6).messages.operations.isEmpty)
    }

    @Test mutating func refusedNode_TellsNobody() {
        feed(.refused(.otherUpstream(of: "n9")), at: 5)
        #expect(changed(at: 6).messages.operations.isEmpty)
    }

    /// What others have and this node does not mirror is never synchronised here.
    @Test mutating func changeThatCannotBeAnswered_IsForgotten_WhenNobodyWaitsForIt() throws {
        let operation = try #require(FarmOperationID("00000000-0000-4000-8000-0000000000a1"))
        for repository in [1, 77] as [Int64] {
            letter(.changed(operation, change.name, RepositoryID(repository), content: change.content), from: others[0], at: 6)
        }
        read(at: 600)
        #expect(feed(.synchronized(change.repository, change.content, listedAt: Self.at(599)), at: 600).messages.count == 1)
        #expect(machine.owed.count == 1)
        read(at: 606)
        #expect(machine.owed.isEmpty)
    }

    // MARK: Without Redis

    @Test mutating func changeOfAnOutage_IsNoSuccess_BeforeTheOthersHaveAnswered() throws {
        read(at: 10)
        feed(.unread("gone"), at: 30)
        let effects = held(at: 31)
        #expect(effects.measured.isEmpty)
        let told = try #require(effects.messages.operations.first)
        for other in others { letter(.answered(told, .success(change.content)), from: other, at: 90) }
        #expect(feed(.wake, at: 91).measured.isEmpty, "it was measured when the last of them had answered")
    }

    @Test mutating func changeOfALongOutage_TimesOut() {
        read(at: 10)
        feed(.unread("gone"), at: 30)
        _ = held(at: 31)
        #expect(feed(.wake, at: 630).measured.isEmpty)
        #expect(feed(.wake, at: 631).measured == [Measured(.fetch, .timeout, 600), Measured(.updateRef, .timeout, 600)])
    }

    /// What a crash left to be announced is told before it is known who is there.
    @Test mutating func changeOfBeforeARestart_IsNotMeasured() {
        #expect(held(at: 1).measured.isEmpty)
        #expect(read(at: 2).measured.isEmpty)
        #expect(feed(.wake, at: 700).measured.isEmpty)
    }

    // MARK: Vets

    private mutating func vet(failed: Bool, endsBeforeTheLease: Bool) throws -> [Measured] {
        let id = try #require(FarmOperationID("00000000-0000-4000-8000-0000000000a2"))
        read(at: 10)
        feed(.vetStarted(id), at: 11)
        if endsBeforeTheLease { feed(.vetEnded([id], failed: failed), at: 12) }
        feed(.lease(.vet, .granted(fence: 7)), at: 12.5)
        if !endsBeforeTheLease { feed(.vetEnded([id], failed: failed), at: 13) }
        letter(.answered(id, .success(nil)), from: others[0], at: 14)
        return letter(.answered(id, .success(nil)), from: others[1], at: 14.5).measured
    }

    @Test(arguments: [false, true])
    mutating func vetThatLeavesSomethingHere_IsAnErrorOfTheFarm(endsBeforeTheLease: Bool) throws {
        #expect(try vet(failed: true, endsBeforeTheLease: endsBeforeTheLease) == [Measured(.vet, .error, 2)])
    }

    @Test(arguments: [false, true])
    mutating func vetThatAllBringToItsEnd_IsASuccess(endsBeforeTheLease: Bool) throws {
        #expect(try vet(failed: false, endsBeforeTheLease: endsBeforeTheLease) == [Measured(.vet, .success, 2)])
    }
}

private struct Measured: Equatable {
    let operation: MirrorOperation
    let outcome: DistributedOutcome
    let seconds: Int64

    init(_ operation: MirrorOperation, _ outcome: DistributedOutcome, _ seconds: Int64) {
        (self.operation, self.outcome, self.seconds) = (operation, outcome, seconds)
    }
}

extension [FarmMessage] {
    /// By which changes are told.
    fileprivate var operations: [FarmOperationID] { compactMap { if case .changed(let id, _, _, _) = $0 { id } else { nil } } }
}

extension [FarmEffect] {
    fileprivate var measured: [Measured] {
        compactMap { effect in
            guard case .measured(let operation, let outcome, let duration) = effect else { return nil }
            return Measured(operation, outcome, duration.components.seconds)
        }
    }

    fileprivate var everywhere: [SyncKind] { compactMap { if case .synchronizedEverywhere(let kind, _) = $0 { kind } else { nil } } }
}
