import HelioAPI
import HelioGit
import HelioNode

/// Looks at copies for whoever compares this node with another: what the node knows of each, before and after what its disk says.
/// In a lane of its own, so that no inspection takes the place of a synchronisation, however many ask.
struct CopyInspector: Sendable {
    private let inspection: Inspection
    private let lane = Limiter(width: 2)

    init(git: Git) { inspection = Inspection(git: git) }

    /// - Returns: nil when the node does not mirror it, or not any more.
    func look(at id: RepositoryID, closely: Bool, _ driver: NodeDriver) async -> InspectedRepository? {
        await lane.run {
            guard !Task.isCancelled, let before = await driver.standing(of: id) else { return nil }
            var disk: DiskReading?
            if before.entry.hasCopy {
                disk = await inspection.copy(of: before.entry.repository.name, closely ? .connectivity : .tips)
            }
            guard let after = await driver.standing(of: id) else { return nil }
            return InspectedRepository(after.entry, disk: disk, isChanging: before.isChanging(to: after), at: SystemClock.monotonic())
        }
    }

    /// Waits until nothing is looked at any more, so that no git of ours outlives the node. Whoever asked has been cut by then.
    func settle(within limit: Duration) async {
        let deadline = SystemClock.monotonic() + limit
        while await lane.isBusy, SystemClock.monotonic() < deadline {
            try? await Task.sleep(for: .milliseconds(20))  // cancelled: the deadline still holds
        }
    }
}

/// What the node knows of a repository at one moment.
struct CopyStanding: Sendable {
    let entry: RepositoryEntry
    /// A synchronisation or maintenance works on the copy.
    let isBusy: Bool

    /// Whether the copy may have been seen in the middle of something.
    fileprivate func isChanging(to later: CopyStanding) -> Bool {
        isBusy || later.isBusy || entry.lastChange != later.entry.lastChange || entry.content != later.entry.content
            || entry.hasCopy != later.entry.hasCopy
    }
}

extension InspectionCommands {
    init?(_ driver: NodeDriver) async {
        guard let hands = await driver.hands else { return nil }
        let inspector = hands.inspector
        self.init(refsExclude: hands.adapters.git.configuration.refsExclude) { id, closely in
            await inspector.look(at: id, closely: closely, driver)
        }
    }
}
