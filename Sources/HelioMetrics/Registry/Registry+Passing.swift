/// Families whose series come and go, such as those of what one node of several does for all. What is gone is not told: neither as 0
/// nor as NaN, which would be two nodes with different values for one question. Their series do not exist from the start.
///
/// Whether they are there is asked at each rendering, while the document is written, so that nothing that has passed since is told.
extension Registry {
    /// - Parameter reading: what there is to tell now; empty for nothing. Called on any thread; must not block.
    public func passingGauges<A: LabelValues>(
        _ name: String, _ help: String, by label: String, of _: A.Type = A.self, reading: @escaping @Sendable () -> [A: Double]
    ) {
        let prefixes = zip(A.allCases, LabelSets.each(label, A.self)).map { ($0, SamplePrefix(name, $1)) }
        add(MetricName(name, .gauge), help: help) {
            let values = reading()
            return prefixes.compactMap { value, prefix in values[value].map { .value(prefix, $0) } }
        }
    }

    /// A histogram that goes on counting while it is not told of, as a counter does.
    ///
    /// - Parameter isThere: called on any thread; must not block.
    public func passingHistogram(
        _ name: String, _ help: String, buckets: [Double] = Buckets.standard, isThere: @escaping @Sendable () -> Bool
    ) -> Histogram {
        let histogram = Histogram(buckets: buckets)
        let lines = HistogramLines(name, .none, bounds: buckets)
        add(MetricName(name, .histogram), help: help) { isThere() ? [.histogram(lines, histogram)] : [] }
        return histogram
    }
}
