/// The formats that differ in their rules.
public enum ExpositionDialect: Sendable, CaseIterable {
    /// Text 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    var types: Set<String> {
        switch self {
        case .text: ["counter", "gauge", "histogram", "summary", "untyped"]
        case .openMetrics:
            ["counter", "gauge", "histogram", "summary", "unknown", "info", "stateset", "gaugehistogram"]
        }
    }

    /// In which order a family's metadata stands.
    var metadataOrder: [String] {
        switch self {
        case .text: ["HELP", "TYPE"]
        case .openMetrics: ["TYPE", "UNIT", "HELP"]
        }
    }

    /// What the names of a family's samples add to the family's own.
    func suffixes(of type: String) -> Set<String> {
        switch (type, self) {
        case ("counter", .openMetrics): ["_total", "_created"]
        case ("info", _): ["_info"]
        case ("histogram", _): ["_bucket", "_sum", "_count"]
        case ("summary", _): ["", "_sum", "_count"]
        default: [""]
        }
    }
}
