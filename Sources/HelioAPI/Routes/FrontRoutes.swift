import HelioHTTP
import HelioMetrics
import HelioNode

/// For those who come without knowing where to go: the status page for a browser, one line for everybody else.
enum FrontRoutes {
    static let line =
        "Heliostat: /status /livez /readyz /metrics /jolokia "
        + "/rest/mirroring/latest/{repo-hashes,progress,farmNodes,upstreamServer}\n"

    static func add(to router: inout Router, _ board: NodeBoard, _ commands: NodeCommands, _ history: TimerHistory) {
        let cache = PageCache()
        router.answer(.get, "/") { request in
            guard FrontType(accepting: request.list("Accept")) == .page else { return lineResponse }
            let now = commands.now()
            let page = cache.bytes(at: now.monotonic) {
                FrontPage(reading: PageReading(board.page, timers: history.tracks, at: now)).render()
            }
            return Response(headers: PagePolicy.headers, body: .bytes(page))
        }
        router.answer(.get, "/favicon.ico") { _ in Response(status: 204) }
    }

    private static var lineResponse: Response {
        var response = Response.text(line)
        response.headers.append(("Vary", "Accept"))
        return response
    }
}
