import HelioHTTP

/// What Prometheus reads.
enum MetricsRoute {
    static func add(to router: inout Router, _ source: MetricsSource) {
        let line = ScrapeLine(source)
        router.add(.get, "/metrics") { request, responder in
            line.join(MetricsVariant(for: request), responder.detach())
        }
    }
}
