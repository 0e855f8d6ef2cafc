/// The label sets of closed labels, in the order of their cases.
enum LabelSets {
    static func each<A: LabelValues>(_ label: String, _: A.Type) -> [LabelText] {
        requireLegal([label])
        return A.allCases.map { LabelText([(label, $0.rawValue)]) }
    }

    static func each<A: LabelValues, B: LabelValues>(_ labels: (String, String), _: A.Type, _: B.Type) -> [LabelText] {
        requireLegal([labels.0, labels.1])
        return A.allCases.flatMap { a in B.allCases.map { LabelText([(labels.0, a.rawValue), (labels.1, $0.rawValue)]) } }
    }

    static func requireLegal(_ labels: [String]) {
        for label in labels { precondition(MetricName.isLegal(label: label), "\(label) is no name for a label") }
        precondition(Set(labels).count == labels.count, "a series has each label once")
    }
}
