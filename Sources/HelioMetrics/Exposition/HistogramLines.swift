/// The lines of one histogram.
struct HistogramLines: Sendable {
    private let buckets: [SamplePrefix]
    private let sum: SamplePrefix
    private let count: SamplePrefix

    init(_ name: String, _ labels: LabelText, bounds: [Double]) {
        buckets = (bounds + [.infinity]).map { bound in
            var number: [UInt8] = []
            number.append(number: bound)
            return SamplePrefix(name + "_bucket", labels.adding("le", String(decoding: number, as: UTF8.self)))
        }
        sum = SamplePrefix(name + "_sum", labels)
        count = SamplePrefix(name + "_count", labels)
    }

    /// Adds the buckets up. The count is their total, so that the bucket up to infinity always equals it.
    ///
    /// - Parameter total: seconds.
    func write(_ counts: [(bound: Double, count: Int64)], sum total: Double, to output: inout [UInt8]) {
        var seen: Int64 = 0
        for (prefix, bucket) in zip(buckets, counts) {
            seen += bucket.count
            output.append(prefix, seen)
        }
        output.append(sum, total)
        output.append(count, seen)
    }
}

extension [UInt8] {
    mutating func append(_ prefix: SamplePrefix, _ value: Int64) {
        append(contentsOf: prefix.bytes)
        append(number: value)
        append(UInt8(ascii: "\n"))
    }

    mutating func append(_ prefix: SamplePrefix, _ value: Double) {
        append(contentsOf: prefix.bytes)
        append(number: value)
        append(UInt8(ascii: "\n"))
    }
}
