/// A family's name that is legal for its type. An illegal one is our own bug, and found at the first start.
struct MetricName: Sendable {
    let type: MetricType
    /// As it stands in the text format, and in Prometheus' queries.
    let text: String
    /// As OpenMetrics names the family: without `_total` or `_info`.
    let family: String

    init(_ text: String, _ type: MetricType) {
        precondition(Self.isLegal(text), "\(text) is no name for a metric")
        precondition(text.hasSuffix(type.suffix), "\(text): a family of type \(type) ends in \(type.suffix)")
        let family = String(text.dropLast(type.suffix.utf8.count))
        precondition(!Self.reserved.contains { family.hasSuffix($0) }, "\(text): the ending belongs to another type")
        self.type = type
        self.text = text
        self.family = family
    }

    /// Base units that Prometheus recommends and this project measures in.
    var unit: String? { ["seconds", "bytes"].first { family.hasSuffix("_\($0)") } }

    /// Every name that the family or one of its samples has in either format: no two families may share one.
    var claims: Set<String> { Set([text, family] + type.sampleSuffixes.map { text + $0 }) }

    /// Colons are legal too, and kept for recording rules.
    static func isLegal(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    /// `le` and `quantile` are made here, and what begins with two underscores is Prometheus' own.
    static func isLegal(label: String) -> Bool {
        isLegal(label) && !label.hasPrefix("__") && label != "le" && label != "quantile"
    }

    private static let reserved = ["_total", "_info", "_bucket", "_sum", "_count", "_created"]
}
