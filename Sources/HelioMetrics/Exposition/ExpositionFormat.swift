/// What Prometheus reads.
public enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// The text format 0.0.4, which is also what a person with `curl` gets.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
