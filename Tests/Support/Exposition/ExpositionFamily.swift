/// A family as the document tells it, line by line.
struct ExpositionFamily {
    let name: String
    /// Where it begins.
    let line: Int
    var metadata: [(keyword: String, text: String, line: Int)] = []
    var samples: [(sample: ExpositionSample, line: Int)] = []

    func text(_ keyword: String) -> String? { metadata.first { $0.keyword == keyword }?.text }

    var type: String { text("TYPE") ?? "" }

    /// The lines of one histogram or summary each.
    var groups: [[(sample: ExpositionSample, line: Int)]] {
        var order: [Set<ExpositionSample.Label>] = []
        var groups: [Set<ExpositionSample.Label>: [(sample: ExpositionSample, line: Int)]] = [:]
        for entry in samples {
            if groups[entry.sample.identity] == nil { order.append(entry.sample.identity) }
            groups[entry.sample.identity, default: []].append(entry)
        }
        return order.compactMap { groups[$0] }
    }

    /// Whether a sample of that name belongs here, whatever the family's type allows.
    func owns(_ sample: String) -> Bool {
        guard sample.hasPrefix(name) else { return false }
        return ["", "_total", "_info", "_bucket", "_sum", "_count", "_created"].contains(sample.dropFirst(name.count))
    }
}
