/// Whether a node may withdraw for a reason that may hit all nodes together (lag, silence, the store).
///
/// Half of the farm, at least one node, stays. Nodes see each other a heartbeat late, so a node first says that it wants to, and
/// goes only once everybody had the time to say the same; of those who want to, the lower identity goes first.
struct Floor: Sendable {
    /// For the wish to reach everybody, and theirs to come back.
    static let patience = Membership.heartbeat + Membership.heartbeat + .seconds(2)

    let this: MemberID
    let others: [MemberRecord]

    private var ready: [MemberRecord] { others.filter(\.standing.isReady) }

    var othersReady: Int { ready.count }

    /// - Parameters:
    ///   - wantedSince: nil while the node does not want to.
    ///   - readAt: when `others` were read. Only what was read after its patience shows who else wants to.
    func mayWithdraw(isReady: Bool, wantedSince: MonotonicTime?, readAt: MonotonicTime?) -> Bool {
        // One that has withdrawn comes back when too few are left.
        guard isReady else { return isEnough(ready.count) }
        guard let wantedSince, let readAt, readAt - wantedSince >= Self.patience else { return false }
        let before = ready.count { $0.standing.wantsToWithdraw && $0.id < this }
        return isEnough(ready.count - before)
    }

    private func isEnough(_ count: Int) -> Bool { count >= 1 && count * 2 >= others.count + 1 }
}
