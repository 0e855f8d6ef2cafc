/// The statistics of a weighted sample at one moment; durations are nanoseconds. Those of an empty sample are zero, as in JMX.
public struct SampleSnapshot: Sendable {
    /// Rising.
    private let values: [Int64]
    /// For each value the share of all weight that lies before it.
    private let preceding: [Double]
    public let mean: Double
    /// Of the population, not an estimate from a sample: the root of the weighted mean of squares.
    public let standardDeviation: Double

    init(_ samples: consuming [Sample]) {
        samples.sort { $0.nanoseconds < $1.nanoseconds }
        let total = samples.reduce(0) { $0 + $1.weight }
        let shares = samples.map { total == 0 ? 0 : $0.weight / total }
        let mean = zip(samples, shares).reduce(0) { $0 + Double($1.0.nanoseconds) * $1.1 }
        let variance = zip(samples, shares).reduce(0) { sum, next in
            let distance = Double(next.0.nanoseconds) - mean
            return sum + next.1 * distance * distance
        }
        self.mean = mean
        standardDeviation = samples.count > 1 ? variance.squareRoot() : 0
        values = samples.map(\.nanoseconds)
        preceding = Self.runningTotals(shares)
    }

    public var size: Int { values.count }
    public var minimum: Int64 { values.first ?? 0 }
    public var maximum: Int64 { values.last ?? 0 }

    /// The last value before which at most the share `q` of all weight lies. Nothing is interpolated: the answer is a duration
    /// that was recorded.
    ///
    /// - Parameter q: in 0...1.
    public func quantile(_ q: Double) -> Int64 {
        precondition((0...1).contains(q), "a quantile is a share")
        var low = 0
        var high = preceding.count
        while low < high {
            let middle = (low + high) / 2
            if preceding[middle] <= q { low = middle + 1 } else { high = middle }
        }
        return values.isEmpty ? 0 : values[max(0, low - 1)]
    }

    private static func runningTotals(_ shares: [Double]) -> [Double] {
        var total = 0.0
        return shares.map { share in
            defer { total += share }
            return total
        }
    }
}
