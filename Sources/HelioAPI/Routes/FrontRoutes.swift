import HelioHTTP
import HelioMetrics
import HelioNode

/// For those who come without knowing where to go: the status page for a browser, one line for everybody else.
enum FrontRoutes {
    static func line(hasOperations: Bool) -> String {
        "Heliostat: /status /livez /readyz \(hasOperations ? "/metrics /jolokia " : "")"
            + "/rest/mirroring/latest/{repo-hashes,progress,farmNodes,upstreamServer}\n"
    }

    /// - Parameter hasOperations: whether metrics are answered beside.
    static func add(
        to router: inout Router, _ board: NodeBoard, _ commands: NodeCommands, _ history: TimerHistory, hasOperations: Bool
    ) {
        let line = lineResponse(hasOperations)
        let cache = PageCache()
        router.answer(.get, "/") { request in
            guard FrontType(accepting: request.list("Accept")) == .page else { return line }
            let now = commands.now()
            let page = cache.bytes(at: now.monotonic) {
                FrontPage(reading: PageReading(board.page, timers: history.tracks, at: now)).render()
            }
            return Response(headers: PagePolicy.headers, body: .bytes(page))
        }
        router.answer(.get, "/favicon.ico") { _ in Response(status: 204) }
    }

    private static func lineResponse(_ hasOperations: Bool) -> Response {
        var response = Response.text(line(hasOperations: hasOperations))
        response.headers.append(("Vary", "Accept"))
        return response
    }
}
