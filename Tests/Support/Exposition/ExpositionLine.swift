/// What one line says.
enum ExpositionLine: Equatable {
    case metadata(keyword: String, family: String, text: String)
    case endOfFile
    case comment
    case sample(ExpositionSample)
}

/// A sample as it is written.
struct ExpositionSample: Equatable {
    struct Label: Hashable {
        let name: String
        let value: String
    }

    let name: String
    let labels: [Label]
    let number: String
    let value: Double

    func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }

    /// Its labels without those that tell apart the lines of one histogram or summary.
    var identity: Set<Label> { Set(labels.filter { $0.name != "le" && $0.name != "quantile" }) }
}
