import HelioHTTP
import HelioJSON
import HelioNode

/// What support engineers ask: repository by repository, and what waits.
enum SupportRoutes {
    private static let root = "/rest/mirroring/latest/supportInfo"

    static func add(to router: inout Router, _ board: NodeBoard) {
        router.answer(.get, root + "/repoSyncStatus") { request throws(Rejection) in try statuses(board.page, request) }
        router.answer(.get, root + "/projects/{key}/repos/{}/repoSyncStatus") { request throws(Rejection) in
            try status(board.page, project: request.parameter(0), slug: request.parameter(1))
        }
        router.answer(.get, root + "/refChangesQueue") { _ in
            let changes = QueuedChange.all(board.page.snapshot)
            return .json { json in
                json.object { json in json.array("values") { json in for change in changes { json.value(change) } } }
            }
        }
        router.answer(.get, root + "/refChangesQueue/count") { _ in
            let queue = board.page.snapshot.queue
            return .json { json in json.object { $0.field("count", queue.waitingCount + queue.running.count) } }
        }
    }

    private static func statuses(_ page: NodeBoard.Page, _ request: borrowing Request) throws(Rejection) -> Response {
        let start = try request.integer("start", in: 0...SyncStatusPage.maximumStart) ?? 0
        let limit = try request.integer("limit", in: 1...SyncStatusPage.maximumLimit) ?? SyncStatusPage.defaultLimit
        let statuses = SyncStatusPage(
            page.snapshot.catalogue, start: start, limit: limit, upstreamID: page.identity.upstream.id)
        return .json { $0.value(statuses) }
    }

    private static func status(_ page: NodeBoard.Page, project: String, slug: String) throws(Rejection) -> Response {
        let name: RepositoryName
        do throws(NameError) {
            name = try RepositoryName(project: ByteString(project), slug: ByteString(slug))
        } catch { throw .notFound("There is no such repository.") }
        let catalogue = page.snapshot.catalogue
        guard let entry = catalogue.id(named: name).flatMap({ catalogue[$0] }) else {
            throw .notFound("There is no such repository.")
        }
        return .json { $0.value(SyncStatus(entry: entry, upstreamID: page.identity.upstream.id)) }
    }
}
