import HelioHTTP
import HelioNode

/// What balancers and supervisors ask.
enum HealthRoutes {
    static func add(to router: inout Router, _ board: NodeBoard, _ commands: NodeCommands) {
        router.add(.get, "/status", allowsOptions: true) { _, responder in responder.send(board.page.status) }
        // That it is answered at all says that the loop turns.
        router.answer(.get, "/livez", allowsOptions: true) { _ in .text("ok\n") }
        router.answer(.get, "/readyz", allowsOptions: true) { request throws(Rejection) in
            let maxLag = try request.duration("max_lag")
            return ReadinessAnswer.response(board.page.snapshot, at: commands.now().monotonic, maxLag: maxLag)
        }
    }
}
