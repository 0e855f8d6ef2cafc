import HelioHTTP
import HelioNode

/// `/admin/inspection`: what the node says of its copies beside what its disk holds, for `heliostat diff`. Off the loop, since it
/// waits for the disk.
struct InspectionRoute: Sendable {
    /// Repositories that one question may name: their ids fit into a request target.
    static let idLimit = 200

    let board: NodeBoard
    let commands: NodeCommands
    let gate: Gate

    func add(to router: inout Router) {
        router.add(.get, "/admin/inspection") { request, responder in
            let (closely, only): (Bool, [RepositoryID]?)
            do throws(Rejection) {
                try gate.check(request)
                (closely, only) = (try Self.flag(request.text("full")), try Self.ids(request.text("ids")))
                guard Self.knowsRepositories(board.page.snapshot.state) else { throw .notYet }
            } catch {
                return responder.send(error.response)
            }
            let pending = responder.detach()
            Task.detached { pending.send(await answer(closely: closely, only: only)) }
        }
    }

    private func answer(closely: Bool, only: [RepositoryID]?) async -> Response {
        guard let inspection = await commands.inspection() else { return Rejection.notYet.response }
        let body = InspectionBody(board: board, commands: commands, inspection: inspection, closely: closely, only: only)
        return Response(
            headers: [("Content-Type", "application/x-ndjson"), ("Cache-Control", "no-store")],
            body: .stream(FedBody { try await body.send(to: $0) }))
    }

    private static func knowsRepositories(_ state: NodeState) -> Bool { state == .metadataSynchronized || state == .synchronized }

    private static func flag(_ text: String?) throws(Rejection) -> Bool {
        switch text {
        case nil, "false": return false
        case "true": return true
        default: throw .badRequest("full is true or false.")
        }
    }

    private static func ids(_ text: String?) throws(Rejection) -> [RepositoryID]? {
        guard let text else { return nil }
        var ids: [RepositoryID] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let id = Int64(word), ids.count < idLimit else { throw .badRequest("ids are at most \(idLimit) numbers with commas between.") }
            ids.append(RepositoryID(id))
        }
        return ids
    }
}

extension Rejection {
    fileprivate static let notYet = Rejection.unavailable("The node does not know its repositories yet, or not any more.")
}
