/// The parts of mirroring that a node does for its farm, as metrics call them.
public enum MirrorOperation: String, Sendable, Hashable, CaseIterable {
    case fetch, updateRef, metadata, delete, vet
}

/// How an operation of all nodes came out. A worse one beats a better: error, timeout, conflict, success.
public enum DistributedOutcome: String, Sendable, Hashable, CaseIterable {
    case success, conflict, timeout, error

    func worse(_ other: DistributedOutcome) -> DistributedOutcome {
        let order = Self.allCases
        return (order.firstIndex(of: self) ?? 0) >= (order.firstIndex(of: other) ?? 0) ? self : other
    }
}

/// An operation that this node began, until all have answered.
struct DistributedOperation: Sendable {
    let operations: [MirrorOperation]
    let startedAt: MonotonicTime
    let deadline: MonotonicTime
    /// What the initiator's own part came to; nil where that is no answer.
    var content: MirrorHash?
    private(set) var awaited: Set<MemberID>
    private(set) var outcome = DistributedOutcome.success

    init(
        _ operations: [MirrorOperation], awaiting awaited: Set<MemberID>, content: MirrorHash?, startedAt: MonotonicTime,
        deadline: MonotonicTime
    ) {
        self.operations = operations
        self.awaited = awaited
        self.content = content
        self.startedAt = startedAt
        self.deadline = deadline
    }

    var isDone: Bool { awaited.isEmpty }

    mutating func take(_ answer: FarmAnswer, from member: MemberID) {
        guard awaited.remove(member) != nil else { return }
        switch answer {
        case .failure: outcome = outcome.worse(.error)
        case .equal: break
        case .success(let theirs):
            if let content, let theirs, theirs != content { outcome = outcome.worse(.conflict) }
        }
    }

    mutating func fail() { outcome = outcome.worse(.error) }

    /// A member that is gone will not answer.
    mutating func giveUp(on member: MemberID, saidGoodbye: Bool) {
        guard awaited.remove(member) != nil, !saidGoodbye else { return }
        outcome = outcome.worse(.timeout)
    }

    mutating func expire() {
        if !awaited.isEmpty { outcome = outcome.worse(.timeout) }
        awaited = []
    }
}
