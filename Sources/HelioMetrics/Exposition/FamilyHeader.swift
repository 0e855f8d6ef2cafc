/// What a family says before its samples, rendered once for each format.
struct FamilyHeader: Sendable {
    private let text: [UInt8]
    private let openMetrics: [UInt8]

    init(_ name: MetricName, help: String) {
        precondition(!help.isEmpty, "\(name.text): whoever meets a metric wants to know what it is")
        let inText = name.text
        var text: [UInt8] = []
        text.append(metadata: "HELP", of: inText, escaping: help, quotes: false)
        text.append(metadata: "TYPE", of: inText, escaping: name.type.word(in: .text), quotes: false)
        self.text = text
        let family = name.family
        var openMetrics: [UInt8] = []
        openMetrics.append(metadata: "TYPE", of: family, escaping: name.type.word(in: .openMetrics), quotes: false)
        if let unit = name.unit { openMetrics.append(metadata: "UNIT", of: family, escaping: unit, quotes: false) }
        openMetrics.append(metadata: "HELP", of: family, escaping: help, quotes: true)
        self.openMetrics = openMetrics
    }

    func bytes(in format: ExpositionFormat) -> [UInt8] {
        switch format {
        case .text: text
        case .openMetrics: openMetrics
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(metadata keyword: String, of name: String, escaping text: String, quotes: Bool) {
        append(contentsOf: "# \(keyword) \(name) ".utf8)
        append(escaped: text, quotes: quotes)
        append(UInt8(ascii: "\n"))
    }
}
