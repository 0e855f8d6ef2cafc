import HelioHTTP

/// What Prometheus reads.
enum MetricsRoute {
    static func add(to router: inout Router, _ source: MetricsSource) {
        router.add(.get, "/metrics") { request, responder in
            source.line.join(MetricsVariant(for: request), responder.detach())
        }
    }
}
