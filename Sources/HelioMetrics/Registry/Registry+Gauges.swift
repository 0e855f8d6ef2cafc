extension Registry {
    public func gauge(_ name: String, _ help: String) -> Gauge { gauges(name, help, [.none])[0] }

    public func gauges<A: LabelValues>(
        _ name: String, _ help: String, by label: String, of _: A.Type = A.self
    ) -> Labelled<A, Gauge> {
        Labelled(gauges(name, help, LabelSets.each(label, A.self)))
    }

    public func gauges<A: LabelValues, B: LabelValues>(
        _ name: String, _ help: String, by labels: (String, String), of _: A.Type = A.self, _: B.Type = B.self
    ) -> Labelled2<A, B, Gauge> {
        Labelled2(gauges(name, help, LabelSets.each(labels, A.self, B.self)))
    }

    /// What is told by labels only.
    ///
    /// - Parameter name: ends in `_info`.
    public func info(_ name: String, _ help: String, labels: [(String, String)]) {
        LabelSets.requireLegal(labels.map(\.0))
        add(MetricName(name, .info), help: help).append(.info(SamplePrefix(name, LabelText(labels))))
    }

    private func gauges(_ name: String, _ help: String, _ labels: [LabelText]) -> [Gauge] {
        let family = add(MetricName(name, .gauge), help: help)
        return labels.map { labels in
            let gauge = Gauge()
            family.append(.gauge(SamplePrefix(name, labels), gauge))
            return gauge
        }
    }
}
