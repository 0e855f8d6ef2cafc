import Foundation
import TestSupport

/// A PromQL expression as a file holds it.
struct QueryText {
    /// Where it stands, for people.
    let place: String
    let expression: String

    /// What Grafana puts in before it asks.
    func substituting(job: String) -> QueryText {
        let values = ["$__rate_interval": "1m", "$__range": "6h", "$__interval": "15s", "$instance": ".*", "$job": job]
        // The longer name first, or the shorter one would take its beginning.
        let text = values.keys.sorted { $0.count > $1.count }.reduce(expression) { $0.replacing($1, with: values[$1] ?? "") }
        return QueryText(place: place, expression: text)
    }

    /// The names of metrics in it: what is left without strings, label lists, ranges, functions and words of the language.
    var metrics: Set<String> {
        var text = expression.replacing(#/"(?:[^"\\]|\\.)*"/#, with: "")
        for part in [#/\{[^}]*\}/#, #/\[[^\]]*\]/#, #/#.*/#] { text = text.replacing(part, with: " ") }
        text = text.replacing(#/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/#, with: " ")
        let words: Set = ["and", "or", "unless", "bool", "offset", "group_left", "group_right", "inf", "nan"]
        // A number with its unit is one word, too, and begins with a digit.
        let names = text.matches(of: #/([\w:.]+)\s*(\()?/#).filter { $0.output.2 == nil }.map { String($0.output.1) }
            .filter { $0.first?.isNumber == false }
        return Set(names).subtracting(words)
    }

    /// Its vector selectors that narrow a metric by its labels.
    var selectors: [String] {
        expression.matches(of: #/[a-zA-Z_:][\w:]*\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}/#).map { String($0.output) }
    }

    // MARK: Reading files

    /// Every `expr` of a dashboard, annotations included.
    static func dashboard() throws -> [QueryText] {
        let path = "conf/grafana-dashboard.json"
        let json = try JSONSerialization.jsonObject(with: Data(ProjectFile.text(path).utf8))
        return expressions(in: json).map { QueryText(place: path, expression: $0) }
    }

    private static func expressions(in json: Any) -> [String] {
        if let list = json as? [Any] { return list.flatMap(expressions) }
        guard let object = json as? [String: Any] else { return [] }
        return ([object["expr"] as? String].compactMap(\.self)) + object.keys.sorted().compactMap { object[$0] }.flatMap(expressions)
    }

    /// Every fenced block of PromQL on the page.
    static func documentation() throws -> [QueryText] {
        try ProjectFile.text(MetricsPage.path).matches(of: #/```promql\n([^`]*)```/#).map {
            QueryText(place: MetricsPage.path, expression: String($0.output.1).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}
