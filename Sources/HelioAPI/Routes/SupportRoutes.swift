import HelioHTTP
import HelioJSON
import HelioNode

/// What support engineers ask: repository by repository, and what waits.
enum SupportRoutes {
    private static let root = "/rest/mirroring/latest/supportInfo"

    static func add(to router: inout Router, _ board: NodeBoard) {
        let answers = LongAnswers()
        router.add(.get, root + "/repoSyncStatus") { request, responder in
            let page = board.page
            let part: (start: Int, limit: Int)
            do throws(Rejection) { part = try Self.part(of: request) } catch { return responder.send(error.response) }
            answers.send(responder, entries: part.limit) { json in
                json.value(
                    SyncStatusPage(page.snapshot.catalogue, start: part.start, limit: part.limit, upstreamID: page.identity.upstream.id))
            }
        }
        router.answer(.get, root + "/projects/{key}/repos/{}/repoSyncStatus") { request throws(Rejection) in
            try status(board.page, project: request.parameter(0), slug: request.parameter(1))
        }
        router.add(.get, root + "/refChangesQueue") { _, responder in
            let snapshot = board.page.snapshot
            answers.send(responder, entries: snapshot.queue.running.count + snapshot.queue.waiting.count) { json in
                json.object { json in
                    json.array("values") { json in for change in QueuedChange.all(snapshot) { json.value(change) } }
                }
            }
        }
        router.answer(.get, root + "/refChangesQueue/count") { _ in
            let queue = board.page.snapshot.queue
            return .json { json in json.object { $0.field("count", queue.waitingCount + queue.running.count) } }
        }
    }

    private static func part(of request: borrowing Request) throws(Rejection) -> (start: Int, limit: Int) {
        let start = try request.integer("start", in: 0...SyncStatusPage.maximumStart) ?? 0
        let limit = try request.integer("limit", in: 1...SyncStatusPage.maximumLimit) ?? SyncStatusPage.defaultLimit
        return (start, limit)
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

/// A few entries are made as fast as they could be handed on. A thousand are made away from the loop, where others would wait for them.
private struct LongAnswers: Sendable {
    private let line = RenderingLine("support information")
    private let turn = Turn()

    /// Makes one answer at a time.
    private actor Turn {
        func make(_ body: @Sendable (inout JSONWriter) -> Void) -> Response { .json(200, body) }
    }

    func send(_ responder: consuming Responder, entries: Int, _ body: @escaping @Sendable (inout JSONWriter) -> Void) {
        guard entries > SyncStatusPage.defaultLimit else { return responder.send(Response.json(200, body)) }
        line.answer(responder) { [turn] in await turn.make(body) }
    }
}
