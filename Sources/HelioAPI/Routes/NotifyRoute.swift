import HelioHTTP
import HelioJSON
import HelioLock
import HelioNode

/// `POST /notify`: a hook at the upstream says that a repository has changed. The node's queue merges what names the same one.
enum NotifyRoute {
    static func add(to router: inout Router, _ board: NodeBoard, _ commands: NodeCommands, _ gate: Gate) {
        // One for each router: a flood over TCP leaves the socket's own alone.
        let bucket = Locked(TokenBucket())
        router.answer(.post, "/notify", bodyLimit: AdminRoutes.bodyLimit) { request throws(Rejection) in
            try gate.check(request)
            guard let name = try request.fields(["repository"]).repository("repository") else {
                throw .badRequest("The repository is missing.")
            }
            guard board.page.snapshot.takesCommands else { throw .stopping }
            guard bucket.withLock({ $0.take(at: commands.now().monotonic) }) else { throw .tooManyRequests }
            commands.notify(name)
            return .json(202) { json in json.object { $0.field("repository", name) } }
        }
    }
}

extension NodeSnapshot {
    /// A node that stops, or could not start, would take a command and never act on it.
    var takesCommands: Bool { state != .stopping && state != .error }
}
