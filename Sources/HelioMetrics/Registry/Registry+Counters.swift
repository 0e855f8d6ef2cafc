extension Registry {
    /// - Parameter name: ends in `_total`.
    public func counter(_ name: String, _ help: String) -> Counter { counters(name, help, [.none])[0] }

    public func counters<A: LabelValues>(
        _ name: String, _ help: String, by label: String, of _: A.Type = A.self
    ) -> Labelled<A, Counter> {
        Labelled(counters(name, help, LabelSets.each(label, A.self)))
    }

    public func counters<A: LabelValues, B: LabelValues>(
        _ name: String, _ help: String, by labels: (String, String), of _: A.Type = A.self, _: B.Type = B.self
    ) -> Labelled2<A, B, Counter> {
        Labelled2(counters(name, help, LabelSets.each(labels, A.self, B.self)))
    }

    /// A counter that somebody else keeps, such as the kernel: the handle is set to what it says.
    public func foreignCounter(_ name: String, _ help: String) -> Gauge {
        let total = Gauge()
        add(MetricName(name, .counter), help: help).append(.gauge(SamplePrefix(name, .none), total))
        return total
    }

    /// For labels whose values are known only when the program has been put together, such as the routes of a server.
    ///
    /// - Parameter limit: how many children there can be at most: nothing from outside may make the document longer without end.
    public func counters(_ name: String, _ help: String, by labels: [String], limit: Int) -> OpenCounters {
        LabelSets.requireLegal(labels)
        return OpenCounters(add(MetricName(name, .counter), help: help), labels: labels, limit: limit)
    }

    private func counters(_ name: String, _ help: String, _ labels: [LabelText]) -> [Counter] {
        let family = add(MetricName(name, .counter), help: help)
        return labels.map { labels in
            let counter = Counter()
            family.append(.counter(SamplePrefix(name, labels), counter))
            return counter
        }
    }
}
