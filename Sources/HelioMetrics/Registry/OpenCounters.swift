import HelioLock

/// Counters whose label values are not an enumeration. Their number is bounded.
public final class OpenCounters: Sendable {
    private let family: Family
    private let labels: [String]
    private let limit: Int
    private let children = Locked<[[String]: Counter]>([:])

    init(_ family: Family, labels: [String], limit: Int) {
        self.family = family
        self.labels = labels
        self.limit = limit
    }

    /// The counter of these values, made when they are new. What is known in advance is asked for in advance, and is then there
    /// from the start, with 0.
    ///
    /// - Parameter values: one for each label, in the labels' order.
    /// - Returns: nil when they are new and there is no room for more.
    public func child(_ values: [String]) -> Counter? {
        precondition(values.count == labels.count, "\(family.name.text) has the labels \(labels)")
        return children.withLock { children in
            if let known = children[values] { return known }
            guard children.count < limit else { return nil }
            let counter = Counter()
            children[values] = counter
            family.append(.counter(SamplePrefix(family.name.text, LabelText(Array(zip(labels, values)))), counter))
            return counter
        }
    }
}
