@testable import HelioGit
import HelioNode

/// `sync.refs.exclude`: a pattern means what the manual says of it, and no pattern takes longer than the product of the lengths.
struct RefPatternTarget: FuzzTarget {
    let name = "ref-pattern"
    let maximumLength = 256

    /// The first line is a pattern, what follows it a name.
    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard lines.count == 2, let pattern = String(validating: lines[0], as: UTF8.self) else { return }
        let name = Array(lines[1])
        let matches = RefPatterns([pattern]).match(RefName(ByteString(name)))
        let expected = Self.covers(Array(pattern.utf8), name) || Self.fits(Array(pattern.utf8), name)
        try promise(matches == expected, "\(shown(lines[0])) \(matches ? "matches" : "does not match") \(shown(name))")
    }

    /// A pattern that is a name stands for all below it as well.
    private static func covers(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        guard !pattern.isEmpty, name.starts(with: pattern) else { return false }
        return name.count == pattern.count || pattern.last == 0x2F || name[pattern.count] == 0x2F
    }

    /// Whether each beginning of the name fits each beginning of the pattern, from the shortest to the longest.
    private static func fits(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var rows = [[Bool]](repeating: Array(repeating: false, count: name.count + 1), count: pattern.count + 1)
        rows[0][0] = true
        for (row, wildcard) in pattern.enumerated() {
            // A row of stars stands for one that crosses slashes; each of its stars does, which comes to the same.
            let isStar = wildcard == UInt8(ascii: "*")
            let crosses = isStar && (row > 0 && pattern[row - 1] == wildcard || row + 1 < pattern.count && pattern[row + 1] == wildcard)
            if isStar { rows[row + 1][0] = rows[row][0] }
            for (column, byte) in name.enumerated() {
                if isStar {
                    rows[row + 1][column + 1] = rows[row][column + 1] || rows[row + 1][column] && (crosses || byte != 0x2F)
                } else {
                    rows[row + 1][column + 1] = rows[row][column] && (byte == wildcard || wildcard == UInt8(ascii: "?") && byte != 0x2F)
                }
            }
        }
        return rows[pattern.count][name.count]
    }
}
