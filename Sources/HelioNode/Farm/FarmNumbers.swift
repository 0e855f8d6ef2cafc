/// What numbers of others are believed. Whoever can write to the coordinator can write any; none may stop the counting for good.
public enum FarmNumbers {
    /// Redis's scripts count in doubles, which are exact up to 2⁵³.
    public static let limit: Int64 = 1 << 52
    /// By how much one announcement of a repository may be ahead of the last that is known. No node misses a million.
    public static let leap: Int64 = 1_000_000
    /// Milliseconds by which the number of a lease may be ahead of the clock and of every number before it: clocks differ by less.
    public static let lead: Int64 = 24 * 3600 * 1000

    /// - Parameter known: -1 before the first.
    public static func isPlausible(announcement number: Int64, after known: Int64) -> Bool {
        (1...limit).contains(number) && (known < 0 || number <= known + leap)
    }

    public static func isPlausible(fence: Int64, after known: Int64?, at time: WallTime) -> Bool {
        (1...limit).contains(fence) && fence <= max(known ?? 0, time.millisecondsSince1970) + lead
    }
}
