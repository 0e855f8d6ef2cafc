import Foundation
import TestSupport

/// The page "Metrics" of the documentation, as far as its tables of families go.
struct MetricsPage {
    static let path = "Sources/HelioDaemon/Documentation.docc/Metrics.md"

    struct Family {
        let name: String
        let type: String
        /// Values of each label; nil where the page describes them instead of listing them.
        let labels: [String: Set<String>?]
    }

    let families: [Family]

    init() throws {
        families = try ProjectFile.text(Self.path).split(separator: "\n").compactMap { line in
            guard let row = line.wholeMatch(of: #/\| `((?:heliostat|process)_\w+)` \| (\w+) \| ([^|]*)\| [^|]+ \|/#) else { return nil }
            return Family(name: String(row.output.1), type: String(row.output.2), labels: Self.labels(row.output.3))
        }
    }

    /// "`status`: success, fail; `route`: *the router's*, or none". What is in italics is a description.
    private static func labels(_ cell: Substring) -> [String: Set<String>?] {
        let pairs = cell.matches(of: #/`(\w+)`: ([^;]+)/#).map { match in
            let values = match.output.2.trimmingCharacters(in: .whitespaces)
            let listed: Set<String>? = values.contains("*") ? nil : Set(values.components(separatedBy: ", "))
            return (String(match.output.1), listed)
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
