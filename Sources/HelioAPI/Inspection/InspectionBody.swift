import HelioHTTP
import HelioNode

/// Makes the lines of one inspection, a few repositories at a time, as fast as they are taken.
struct InspectionBody: Sendable {
    /// The node stops, and does not look to the end.
    private struct Stopped: Error {}

    /// Repositories that are looked at at once.
    private static let width = 2
    /// How often an empty line is sent, which is also how soon it is noticed that the client has gone or the node stops.
    private static let pulse: Duration = .seconds(1)

    let board: NodeBoard
    let commands: NodeCommands
    let inspection: InspectionCommands
    let closely: Bool
    /// nil for all.
    let only: [RepositoryID]?

    func send(to feed: BodyFeed) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pulsate(feed) }
            group.addTask { try await tell(feed) }
            // The pulse ends by failing only, so the first to end without is the telling.
            try await group.next()
            group.cancelAll()
        }
    }

    private func pulsate(_ feed: BodyFeed) async throws {
        while true {
            try await Task.sleep(for: Self.pulse)
            guard board.page.snapshot.takesCommands else { throw Stopped() }
            try await feed.send([0x0A])
        }
    }

    private func tell(_ feed: BodyFeed) async throws {
        let page = board.page
        let header = InspectionHeader(
            node: page.identity.name, version: page.identity.version, state: page.snapshot.state.rawValue,
            upstream: page.identity.upstream.url, fingerprint: page.identity.upstream.fingerprint, refsExclude: inspection.refsExclude)
        try await feed.send(InspectionLine.header(header).bytes)
        let count = try await tell(only ?? page.snapshot.catalogue.ids, feed)
        let backlog = DiffBacklog(board.page.snapshot, at: commands.now().monotonic)
        try await feed.send(InspectionLine.end(InspectionEnd(repositories: count, backlog: backlog)).bytes)
    }

    /// - Returns: how many there were.
    private func tell(_ repositories: [RepositoryID], _ feed: BodyFeed) async throws -> Int {
        try await withThrowingTaskGroup(of: InspectedRepository?.self) { group in
            var (rest, count) = (repositories[...], 0)
            func start() {
                guard let id = rest.popFirst() else { return }
                group.addTask { await inspection.look(id, closely) }
            }
            for _ in 0..<Self.width { start() }
            while let found = try await group.next() {
                try Task.checkCancellation()
                start()
                guard let found else { continue }
                count += 1
                try await feed.send(InspectionLine.repository(found).bytes)
            }
            return count
        }
    }
}
