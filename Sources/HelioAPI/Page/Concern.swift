/// How much something presses. Told by a word and a shape as well as by a colour.
enum Urgency: String, Sendable, Comparable, CaseIterable {
    case good, busy, warning, bad

    static func < (left: Urgency, right: Urgency) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .good: 0
        case .busy: 1
        case .warning: 2
        case .bad: 3
        }
    }
}

/// Something that whoever looks at a node should know first.
struct Concern: Sendable, Equatable {
    let urgency: Urgency
    /// In two or three words.
    let what: String
    let detail: String
}
