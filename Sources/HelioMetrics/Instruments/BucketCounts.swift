/// How many durations fell between two bounds. A record touches one bucket; sums are made when somebody reads.
struct BucketCounts: Sendable {
    /// Seconds, rising, finite. What is longer than the last falls into one more bucket, up to infinity.
    private let bounds: [Double]
    private var counts: [Int64]

    init(bounds: [Double]) {
        precondition(!bounds.isEmpty && bounds.allSatisfy(\.isFinite), "bounds are finite, and infinity comes by itself")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds rise")
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// A bound belongs to the bucket that it ends, as `le` says.
    mutating func record(seconds: Double) {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < seconds { low = middle + 1 } else { high = middle }
        }
        counts[low] += 1
    }

    /// Shares no storage with `self`: else the next record would have to copy it.
    func copy() -> [(bound: Double, count: Int64)] {
        counts.indices.map { ($0 < bounds.count ? bounds[$0] : .infinity, counts[$0]) }
    }
}
