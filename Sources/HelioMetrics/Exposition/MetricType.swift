enum MetricType: String, Sendable {
    case counter, gauge, histogram, summary, info

    /// The text format knows no information: there it is a gauge that is always 1.
    func word(in format: ExpositionFormat) -> String { self == .info && format == .text ? "gauge" : rawValue }

    /// What a family's name ends in where OpenMetrics names the family without it.
    var suffix: String {
        switch self {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram, .summary: ""
        }
    }

    /// The endings of the samples of a family, apart from those that carry its own name.
    var sampleSuffixes: [String] {
        switch self {
        case .counter, .gauge, .info: []
        case .histogram: ["_bucket", "_sum", "_count"]
        case .summary: ["_sum", "_count"]
        }
    }
}
