import Foundation

/// What a sanitizer looks at is several times as slow, and keeps what was freed; `scripts/test --sanitize` says that one does.
public enum Patience {
    public static let isSanitized = ProcessInfo.processInfo.environment["HELIOSTAT_SANITIZER"] != nil
    /// How many times as long anything may take.
    public static let factor = isSanitized ? 5 : 1

    /// Whether so much memory is no more than there should be; always true under a sanitizer, where the figure means nothing.
    public static func allows(_ memory: Int, below bound: Int) -> Bool { isSanitized || memory < bound }
}
