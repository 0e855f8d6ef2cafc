public import HelioNode

extension LocalCopies {
    /// Finishes or rolls back a change that was stored when we were killed; to be called after `sweep`. It may be called again.
    ///
    /// A stored incremental change has all its objects, so it is finished, even from between the two halves of a transaction
    /// whose refs were in each other's way. Should objects be missing after all, what was deleted is put back. A copy in which neither
    /// can be done holds up nothing but itself: the change is given up, and the next synchronisation goes on from what is there, or
    /// makes the copy anew.
    /// - Throws: `.disk`, `.cancelled` and `.auth`, which say nothing about the copy; `.internal` where nobody can look at it.
    public func recover(_ change: PreparedChange) async throws(Failure) -> Recovery {
        let current: RefSnapshot?
        do throws(Failure) { current = try await snapshot(of: change.name) } catch {
            if [.disk, .cancelled, .auth, .internal].contains(error.reason) { throw error }
            return .rolledBack
        }
        do throws(Failure) { return try await finish(change, from: current) } catch {
            if [.disk, .cancelled, .auth].contains(error.reason) { throw error }
            // What failed may have done all of its work. Unreadable is not finished.
            return (try? await snapshot(of: change.name)) == change.new ? .finished : .rolledBack
        }
    }

    private func finish(_ change: PreparedChange, from current: RefSnapshot?) async throws(Failure) -> Recovery {
        let copy = layout.copy(of: change.name)
        if current == change.new { return .finished }
        guard change.kind == .incremental, let current, let old = change.old, current.isBetween(old, change.new) else { return .rolledBack }
        let wanted = try await firstMissing(of: change.new.objects, in: copy, format: change.new.format) == nil ? change.new : old
        try await move(copy, from: current, to: wanted)
        return wanted == change.new ? .finished : .rolledBack
    }
}

extension RefSnapshot {
    /// Whether every ref has its old value, its new one, or is absent where one of the two is.
    func isBetween(_ old: RefSnapshot, _ new: RefSnapshot) -> Bool {
        func targets(_ snapshot: RefSnapshot) -> [RefName: ObjectID] {
            Dictionary(snapshot.refs.map { ($0.name, $0.target) }, uniquingKeysWith: { first, _ in first })
        }
        let (mine, before, after) = (targets(self), targets(old), targets(new))
        guard mine.allSatisfy({ before[$0] == $1 || after[$0] == $1 }) else { return false }
        return old.refs.allSatisfy { mine[$0.name] != nil || after[$0.name] == nil } && (head == old.head || head == new.head)
    }
}
