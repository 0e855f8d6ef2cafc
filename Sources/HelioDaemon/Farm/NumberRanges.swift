/// Numbers of one repository, in ascending order, where most follow each other.
struct NumberRanges: Sendable {
    private static let limit = 32
    /// Of one range that are gone through one by one.
    private static let listed = 1000

    private(set) var ranges: [ClosedRange<Int64>] = []

    /// With too many gaps, one before the last range is left out: of what a node was to send itself the last number says the rest.
    mutating func insert(_ number: Int64) {
        let first = ranges.firstIndex { $0.upperBound >= number - 1 } ?? ranges.endIndex
        var (low, high, end) = (number, number, first)
        while end < ranges.endIndex, ranges[end].lowerBound <= number + 1 {
            (low, high) = (min(low, ranges[end].lowerBound), max(high, ranges[end].upperBound))
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: [low...high])
        if ranges.count > Self.limit { ranges.remove(at: ranges.count - 2) }
    }

    /// Of a range that is very long, what it begins with and its end.
    var numbers: [Int64] {
        ranges.flatMap { range in Array(range.prefix(Self.listed)) + (range.count > Self.listed ? [range.upperBound] : []) }
    }
}
