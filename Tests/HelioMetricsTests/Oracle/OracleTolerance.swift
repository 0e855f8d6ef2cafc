import Glibc

/// How far a figure may be from the recorded one.
enum OracleTolerance {
    /// - Returns: what differs, by the rules of exact cases.
    static func differences(_ read: OracleRead, _ figures: [String: Double]) -> [String] {
        let expected = read.expected
        return expected.keys.sorted().compactMap { field in
            guard let want = expected[field], let got = figures[field] else { return "\(read.id).\(field) is not answered" }
            let isRight = accepts(field, got, want, mean: expected["mean"] ?? 0) || read.accepts(field, got)
            return isRight ? nil : "\(read.id).\(field): \(got) in place of \(want)"
        }
    }

    private static func accepts(_ field: String, _ got: Double, _ want: Double, mean: Double) -> Bool {
        if got == want || (got.isNaN && want.isNaN) { return true }
        let distance = abs(got - want)
        switch field {
        case "mean": return distance <= 1e-9 * abs(want)
        case "stddev": return distance <= 1e-9 * abs(want) + 1e-7 * max(abs(mean), 1)
        case "mean_rate", "m1_rate", "m5_rate", "m15_rate": return distance <= 1e-9 * abs(want) + 1e-12
        default: return false
        }
    }

    /// - Returns: what differs over several runs, by the rules of statistical cases.
    static func differences(_ read: OracleRead, _ runs: [[String: Double]], recordedRuns: Int) -> [String] {
        (read.expect_distribution ?? [:]).sorted { $0.key < $1.key }.flatMap { field, primary in
            let values = runs.compactMap { $0[field] }
            let column = read.expect_distribution_lockfree?[field] ?? primary
            return differences(values, column, range: primary.range, recordedRuns: recordedRuns).map {
                "\(read.id).\(field): \($0)"
            }
        }
    }

    private static func differences(
        _ values: [Double], _ want: OracleDistribution, range: ClosedRange<Double>?, recordedRuns: Int
    ) -> [String] {
        let average = values.reduce(0, +) / Double(values.count)
        let chance = 5 * want.sd * sqrt(1 / Double(values.count) + 1 / Double(recordedRuns))
        let margin = want.isConstant ? 0.005 * abs(want.mean) : chance + 0.002 * abs(want.mean)
        var found: [String] = []
        if !(abs(average - want.mean) <= margin) { found.append("\(average) on average in place of \(want.mean) ± \(margin)") }
        if let range {
            let slack = (range.upperBound - range.lowerBound) / 2
            let strays = values.filter { !($0 >= range.lowerBound - slack && $0 <= range.upperBound + slack) }
            if !strays.isEmpty { found.append("\(strays.prefix(3)) outside \(range)") }
        }
        return found
    }
}
