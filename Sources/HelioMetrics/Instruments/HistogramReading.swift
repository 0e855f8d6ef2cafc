/// What a histogram held at one moment.
public struct HistogramReading: Sendable {
    /// Bounds in seconds, the last is infinite; the counts are not cumulative.
    public let buckets: [(bound: Double, count: Int64)]
    /// Seconds.
    public let sum: Double

    /// Made from the buckets, so that the two cannot differ.
    public var count: Int64 { buckets.reduce(0) { $0 + $1.count } }
}
