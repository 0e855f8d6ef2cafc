/// One line of the node's log.
public struct LogLine: Sendable {
    public enum Level: String, Sendable { case info, warning, error }
    public let level: Level
    public let message: String
    public let fields: [(key: String, value: LogValue)]

    public init(_ level: Level, _ message: String, _ fields: [(key: String, value: LogValue)] = []) {
        self.level = level
        self.message = message
        self.fields = fields
    }
}

/// A field's value, kept typed so that collectors get numbers as numbers.
public enum LogValue: Sendable, Hashable {
    case text(String)
    case count(Int)
    /// Written in seconds with three decimals.
    case duration(Duration)
}

extension LogValue: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self = .text(text) }
}
