/// Refuses a listing that would delete too much: an upstream that shows half of its repositories is more often broken than
/// smaller (grokmirror's `purgeprotect` draws the line at 5 % too).
struct PurgeGuard: Sendable {
    /// Deletions of this window are added up, so that a listing which shrinks a little at a time is caught as well.
    static let window = Duration.seconds(24 * 3600)

    private var deletions: [(at: MonotonicTime, count: Int)] = []

    struct Limit: Hashable, Sendable {
        /// Of the known repositories, 0…1.
        var fraction: Double
        /// Fewer deletions than this are never refused, unless the listing is empty.
        var atLeast: Int
    }

    mutating func recordDeletions(_ count: Int, at time: MonotonicTime) {
        if count > 0 { deletions.append((time, count)) }
    }

    /// - Returns: why the listing may delete nothing, in words; nil when it may.
    mutating func objection(known: Int, listed: Int, missing: Int, limit: Limit, at now: MonotonicTime) -> String? {
        guard missing > 0 else { return nil }
        if listed == 0 { return "the listing is empty, \(known) repositories are known" }
        deletions.removeAll { now - $0.at >= Self.window }
        let earlier = deletions.reduce(0) { $0 + $1.count }
        let total = missing + earlier
        guard total >= limit.atLeast, Double(total) > limit.fraction * Double(known + earlier) else { return nil }
        return "the listing lacks \(missing) of \(known) known repositories"
            + (earlier > 0 ? ", \(earlier) were deleted within 24 hours" : "")
    }
}
