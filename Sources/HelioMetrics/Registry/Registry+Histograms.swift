extension Registry {
    /// - Parameter buckets: bounds in seconds, rising and finite.
    public func histogram(_ name: String, _ help: String, buckets: [Double] = Buckets.standard) -> Histogram {
        histograms(name, help, [.none], buckets)[0]
    }

    public func histograms<A: LabelValues>(
        _ name: String, _ help: String, by label: String, of _: A.Type = A.self, buckets: [Double] = Buckets.standard
    ) -> Labelled<A, Histogram> {
        Labelled(histograms(name, help, LabelSets.each(label, A.self), buckets))
    }

    public func histograms<A: LabelValues, B: LabelValues>(
        _ name: String, _ help: String, by labels: (String, String), of _: A.Type = A.self, _: B.Type = B.self,
        buckets: [Double] = Buckets.standard
    ) -> Labelled2<A, B, Histogram> {
        Labelled2(histograms(name, help, LabelSets.each(labels, A.self, B.self), buckets))
    }

    private func histograms(_ name: String, _ help: String, _ labels: [LabelText], _ buckets: [Double]) -> [Histogram] {
        let family = add(MetricName(name, .histogram), help: help)
        return labels.map { labels in
            let histogram = Histogram(buckets: buckets)
            family.append(.histogram(HistogramLines(name, labels, bounds: buckets), histogram))
            return histogram
        }
    }
}
