/// The rules that the lines of one histogram or one summary have to keep together.
extension FamilyCheck {
    typealias Group = [(sample: ExpositionSample, line: Int)]

    mutating func checkGroup(_ group: Group) {
        switch family.type {
        case "histogram":
            checkTotals(group)
            checkBuckets(group)
        case "summary":
            checkTotals(group)
            checkQuantiles(group)
        default: break
        }
    }

    private mutating func checkTotals(_ group: Group) {
        for suffix in ["_sum", "_count"] where group.count(where: { $0.sample.name == family.name + suffix }) != 1 {
            report(.sumAndCount, group[0].line, "not one \(suffix) beside \(group[0].sample.name)")
        }
    }

    private func count(of group: Group) -> Double? {
        group.first { $0.sample.name == family.name + "_count" }?.sample.value
    }

    private mutating func checkBuckets(_ group: Group) {
        let buckets = group.filter { $0.sample.name == family.name + "_bucket" }
        let bounds = buckets.map { $0.sample.label("le").flatMap(ExpositionNumber.value) ?? .nan }
        let counts = buckets.map(\.sample.value)
        let line = group[0].line
        if !zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) { report(.risingBounds, line, "\(bounds)") }
        if !zip(counts, counts.dropFirst()).allSatisfy({ $0 <= $1 }) { report(.cumulative, line, "\(counts)") }
        guard bounds.last == .infinity else { return report(.infiniteBucket, line, "no bucket holds everything") }
        if let count = count(of: group), counts.last != count { report(.countIsInfiniteBucket, line, "\(counts) and \(count)") }
    }

    private mutating func checkQuantiles(_ group: Group) {
        let quantiles = group.filter { $0.sample.name == family.name }
        let shares = quantiles.map { $0.sample.label("quantile").flatMap(ExpositionNumber.value) ?? .nan }
        let line = group[0].line
        if !shares.allSatisfy({ (0...1).contains($0) }) { report(.quantileRange, line, "\(shares)") }
        if !zip(shares, shares.dropFirst()).allSatisfy({ $0 < $1 }) { report(.risingQuantiles, line, "\(shares)") }
        for (sample, line) in quantiles where sample.value < 0 {
            report(.notNegative, line, "\(sample.name) is \(sample.number)")
        }
        if count(of: group) == 0, quantiles.contains(where: { !$0.sample.value.isNaN }) {
            report(.emptyWindow, line, "the quantiles of nothing are NaN")
        }
    }
}
