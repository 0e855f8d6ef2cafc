import HelioHTTP
import HelioMetrics

/// One of the forms in which the metrics can be had.
struct MetricsVariant: Sendable, Hashable {
    let format: ExpositionFormat
    let coding: ContentCoding

    /// Those that a request wants. Whatever it says, there is one for it.
    init(for request: borrowing Request) {
        format = ExpositionFormat(accepting: request.list("Accept"))
        coding = ContentCoding(accepting: request.list("Accept-Encoding"))
    }

    init(_ format: ExpositionFormat, _ coding: ContentCoding) {
        self.format = format
        self.coding = coding
    }

    func render(
        _ registry: Registry, at now: @Sendable () -> Tick, after refresh: @Sendable () -> Void
    ) -> MetricsRendering {
        refresh()
        let text = registry.render(format, at: now())
        var headers = [
            ("Content-Type", format.contentType), ("Vary", "Accept, Accept-Encoding"), ("Cache-Control", "no-store"),
        ]
        guard coding == .gzip, let packed = Gzip.compress(text) else { return MetricsRendering(headers: headers, body: text) }
        headers.append(("Content-Encoding", "gzip"))
        return MetricsRendering(headers: headers, body: packed)
    }
}
