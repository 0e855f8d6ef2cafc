import TestSupport
import Testing

/// A document that breaks one rule.
struct BadDocument: CustomTestStringConvertible {
    typealias Rule = ExpositionProblem.Rule

    let rule: Rule
    let dialect: ExpositionDialect
    let text: String

    var testDescription: String { "\(rule) in \(dialect)" }

    init(_ rule: Rule, _ text: String, _ dialect: ExpositionDialect = .text) {
        self.rule = rule
        self.dialect = dialect
        self.text = text
    }

    static let all = lines + metadata + series + numbers + groups

    private static let gauge = "# HELP a A.\n# TYPE a gauge\n"
    private static let counter = "# HELP a_total A.\n# TYPE a_total counter\n"
    private static let summary = "# HELP a A.\n# TYPE a summary\n"

    private static let lines = [
        BadDocument(.syntax, gauge + "a{b=\"c\" 1\n"),
        BadDocument(.syntax, gauge + "a 1 1700000000000\n"),
        BadDocument(.syntax, gauge + "a one\n"),
        BadDocument(.blankLine, gauge + "\na 1\n"),
        BadDocument(.spacing, gauge + "a 1 \n"),
        BadDocument(.spacing, gauge + "a  1\n"),
        BadDocument(.spacing, gauge + "a 1\r\n"),
        BadDocument(.finalNewline, gauge + "a 1"),
        BadDocument(.endOfFile, gauge + "a 1\n# EOF\n"),
        BadDocument(.endOfFile, "# TYPE a gauge\n# HELP a A.\na 1\n", .openMetrics),
        BadDocument(.endOfFile, "# EOF\n# EOF\n", .openMetrics),
        BadDocument(.freeComment, "# a remark\n# EOF\n", .openMetrics),
        BadDocument(.name, "# HELP 1a A.\n"),
        BadDocument(.name, gauge + "a{b-c=\"d\"} 1\n"),
        BadDocument(.escape, gauge + "a{b=\"\\t\"} 1\n"),
        BadDocument(.escape, "# TYPE a gauge\n# HELP a The \"a\".\n# EOF\n", .openMetrics),
    ]

    private static let metadata = [
        BadDocument(.metadataOnce, gauge + "# HELP a A.\na 1\n"),
        BadDocument(.metadataFirst, "# HELP a A.\na 1\n# TYPE a gauge\n"),
        BadDocument(.metadataComplete, "# TYPE a gauge\na 1\n"),
        BadDocument(.metadataComplete, "a 1\n"),
        BadDocument(.metadataOrder, "# TYPE a gauge\n# HELP a A.\na 1\n"),
        BadDocument(.type, "# HELP a A.\n# TYPE a info\na 1\n"),
        BadDocument(.type, "# TYPE a untyped\n# HELP a A.\na 1\n# EOF\n", .openMetrics),
        BadDocument(.unit, "# TYPE a_ms gauge\n# UNIT a_ms seconds\n# HELP a_ms A.\na_ms 1\n# EOF\n", .openMetrics),
    ]

    private static let series = [
        BadDocument(.grouping, gauge + "a{x=\"1\"} 1\n# HELP b B.\n# TYPE b gauge\nb 1\na{x=\"2\"} 1\n"),
        BadDocument(.seriesOnce, gauge + "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n"),
        BadDocument(.labelOnce, gauge + "a{x=\"1\",x=\"2\"} 1\n"),
        BadDocument(.suffix, "# HELP a A.\n# TYPE a counter\na 1\n"),
        BadDocument(.suffix, "# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n"),
        BadDocument(.suffix, "# TYPE a counter\n# HELP a A.\na 1\n# EOF\n", .openMetrics),
        BadDocument(.infoIsOne, "# TYPE a info\n# HELP a A.\na_info{x=\"y\"} 2\n# EOF\n", .openMetrics),
    ]

    private static let numbers = [
        BadDocument(.canonicalNumber, gauge + "a 1.50\n"),
        BadDocument(.canonicalNumber, gauge + "a 1000000.5\n"),
        BadDocument(.canonicalNumber, summary + "a{quantile=\"0.50\"} 1.0\na_sum 1.0\na_count 1\n"),
        BadDocument(.canonicalNumber, histogram([("1", "1"), ("+Inf", "1")], count: "1")),
        BadDocument(.integer, histogram([("1.0", "1.0"), ("+Inf", "1")], count: "1")),
        BadDocument(.integer, summary + "a_sum 1.0\na_count 1.5\n"),
        BadDocument(.notNegative, counter + "a_total -1\n"),
        BadDocument(.notNegative, counter + "a_total NaN\n"),
        BadDocument(.notNegative, summary + "a{quantile=\"0.5\"} -1.0\na_sum 1.0\na_count 1\n"),
    ]

    private static let groups = [
        BadDocument(.risingBounds, histogram([("2.0", "1"), ("1.0", "1"), ("+Inf", "1")], count: "1")),
        BadDocument(.risingBounds, histogram([("1.0", "1"), ("+Inf", "1"), ("+Inf", "1")], count: "1")),
        BadDocument(.cumulative, histogram([("1.0", "2"), ("2.0", "1"), ("+Inf", "2")], count: "2")),
        BadDocument(.infiniteBucket, histogram([("1.0", "2"), ("2.0", "2")], count: "2")),
        BadDocument(.countIsInfiniteBucket, histogram([("1.0", "2"), ("+Inf", "2")], count: "3")),
        BadDocument(.sumAndCount, "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n"),
        BadDocument(.sumAndCount, summary + "a{quantile=\"0.5\"} 1.0\na_sum 1.0\n"),
        BadDocument(.quantileRange, summary + "a{quantile=\"50.0\"} 1.0\na_sum 1.0\na_count 1\n"),
        BadDocument(.risingQuantiles, summary + "a{quantile=\"0.5\"} 1.0\na{quantile=\"0.25\"} 1.0\na_sum 1.0\na_count 1\n"),
        BadDocument(.emptyWindow, summary + "a{quantile=\"0.5\"} 0.0\na_sum 0.0\na_count 0\n"),
    ]

    private static func histogram(_ buckets: [(bound: String, count: String)], count: String) -> String {
        let lines = buckets.map { "a_bucket{le=\"\($0.bound)\"} \($0.count)\n" }.joined()
        return "# HELP a A.\n# TYPE a histogram\n\(lines)a_sum 1.5\na_count \(count)\n"
    }
}
