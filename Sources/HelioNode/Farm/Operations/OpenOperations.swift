/// The operations that this node began and whose end has not been told yet. What has ended is found without a look at the others: in a farm
/// with a node that does not answer, thousands are open.
struct OpenOperations: Sendable {
    private var open: [FarmOperationID: DistributedOperation] = [:]
    /// Those that all have answered.
    private var done: Set<FarmOperationID> = []
    /// Also of some that are not open any more, none of which is the earliest.
    private var deadlines = TimeHeap<FarmOperationID>()

    func contains(_ id: FarmOperationID) -> Bool { open[id] != nil }

    /// Of the operations that are open, the earliest.
    var nextDeadline: MonotonicTime? { deadlines.earliest?.time }

    mutating func begin(_ id: FarmOperationID, _ operation: DistributedOperation) {
        open[id] = operation
        deadlines.insert(id, at: operation.deadline)
        if operation.isDone { done.insert(id) }
    }

    mutating func take(_ answer: FarmAnswer, of id: FarmOperationID, from member: MemberID) {
        change(id) { $0.take(answer, from: member) }
    }

    /// This node itself has not done its part.
    mutating func fail(_ id: FarmOperationID) {
        change(id) { $0.fail() }
    }

    /// Nobody waits for a member that is gone.
    mutating func giveUp(on member: MemberID, saidGoodbye: Bool) {
        for id in Array(open.keys) { change(id) { $0.giveUp(on: member, saidGoodbye: saidGoodbye) } }
    }

    private mutating func change(_ id: FarmOperationID, _ body: (inout DistributedOperation) -> Void) {
        guard var operation = open[id] else { return }
        body(&operation)
        open[id] = operation
        if operation.isDone { done.insert(id) }
    }

    /// Operations that all have answered, and those that are overdue; in the order of their ids.
    /// - Parameter kept: stays until it is overdue.
    mutating func takeEnded(except kept: FarmOperationID?, at now: MonotonicTime) -> [(id: FarmOperationID, operation: DistributedOperation)] {
        var ended = done
        if let kept { ended.remove(kept) }
        while let (due, id) = deadlines.earliest, due <= now || open[id]?.deadline != due || ended.contains(id) {
            deadlines.popEarliest()
            if open[id]?.deadline == due { ended.insert(id) }
        }
        return ended.sorted().compactMap { id in
            done.remove(id)
            guard var operation = open.removeValue(forKey: id) else { return nil }
            operation.expire()
            return (id, operation)
        }
    }
}
