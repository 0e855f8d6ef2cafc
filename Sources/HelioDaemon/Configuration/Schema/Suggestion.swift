/// The nearest right word to a wrong one.
enum Suggestion {
    /// `; did you mean x?`, or nothing when nothing is near.
    static func sentence(for word: String, among candidates: [String]) -> String {
        nearest(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
    }

    /// - Returns: the candidate at the smallest edit distance, if that is at most a quarter of the word. Case, `-` and `_` count
    ///   for nothing, so `perHost` finds `per_host`.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        // Longer words are no misspelling of a key, and the work grows with the square.
        guard word.utf8.count <= 64 else { return nil }
        let folded = fold(word)
        let limit = max(1, folded.count / 4)
        let ranked = candidates.compactMap { candidate -> (distance: Int, word: String)? in
            let other = fold(candidate)
            // What differs more in length cannot be near.
            return abs(other.count - folded.count) <= limit ? (distance(folded, other), candidate) : nil
        }
        guard let best = ranked.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }) else { return nil }
        return best.distance <= limit ? best.word : nil
    }

    private static func fold(_ word: String) -> [UInt8] {
        Array(word.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") })
    }

    /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each costing one.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let substitution = last[j] + (left[i] == right[j] ? 0 : 1)
                var cost = min(substitution, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
