import Testing

@testable import HelioNode

/// For how long a node that starts waits for its farm. Times are seconds.
struct JoinWaitTests {
    private var node: NodeMachine

    init() {
        var settings = NodeSettings()
        settings.farmJoinWait = .seconds(30)
        node = NodeMachine(settings: settings, seed: 1, now: Self.at(0))
        feed(.storageOpened(draining: nil), at: 0)
    }

    private static func at(_ seconds: Double) -> Moment {
        Moment(monotonic: MonotonicTime(nanoseconds: Int64(seconds * 1e9)), wall: WallTime(millisecondsSince1970: Int64(seconds * 1e3)))
    }

    /// - Returns: the reasons of its transitions.
    @discardableResult
    private mutating func feed(_ event: NodeEvent, at seconds: Double) -> [String] {
        node.handle(event, at: Self.at(seconds)).compactMap { if case .transitioned(let transition) = $0 { transition.reason } else { nil } }
    }

    /// What a crash left was much: Redis has not been asked yet.
    private mutating func recoverLate() -> [String] {
        feed(.recovered(StoredNode(entries: [], wasSynchronized: true, deletions: [])), at: 40)
    }

    @Test mutating func recoveryThatTakesLong_LeavesTimeToJoin() {
        #expect(recoverLate().isEmpty && node.state == .bootstrapping)
        var view = FarmView.unread
        view.readAt = Self.at(40.1).monotonic
        #expect(feed(.farm(view), at: 40.1).first == "joined")
    }

    @Test mutating func recoveryThatTakesLong_LeavesTimeToBeRefused() {
        #expect(recoverLate().isEmpty)
        #expect(feed(.joinRefused("name"), at: 40.1) == ["name"] && node.state == .error)
    }

    @Test mutating func farmThatIsSilent_IsWaitedFor_NoLonger() {
        #expect(recoverLate().isEmpty)
        #expect(feed(.wake, at: 69.9).isEmpty)
        #expect(feed(.wake, at: 70).first == "no_farm_view")
    }
}
