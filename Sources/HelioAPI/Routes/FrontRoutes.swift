import HelioHTTP

/// For those who come without knowing where to go.
enum FrontRoutes {
    static let line =
        "Heliostat: /status /livez /readyz /metrics /jolokia "
        + "/rest/mirroring/latest/{repo-hashes,progress,farmNodes,upstreamServer}\n"

    static func add(to router: inout Router) {
        router.answer(.get, "/") { _ in .text(line) }
        router.answer(.get, "/favicon.ico") { _ in Response(status: 204) }
    }
}
