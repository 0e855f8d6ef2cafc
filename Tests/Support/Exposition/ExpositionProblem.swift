/// A rule of the exposition formats that a document breaks. Prometheus itself lets more than half of these pass.
public struct ExpositionProblem: CustomStringConvertible, Sendable {
    public enum Rule: String, CaseIterable, Sendable {
        /// A line is metadata, a sample, or in the text format a comment; samples here carry neither timestamps nor exemplars.
        case syntax
        case blankLine, spacing, finalNewline
        /// `# EOF` ends an OpenMetrics document, and no other.
        case endOfFile
        case freeComment
        case name, escape
        case metadataOnce, metadataFirst, metadataComplete, metadataOrder
        case type
        /// All lines of a family stand together.
        case grouping
        case seriesOnce, labelOnce
        /// What a sample's name ends in follows from the family's type.
        case suffix
        case unit
        case canonicalNumber
        case integer
        case notNegative
        case risingBounds, cumulative, infiniteBucket, countIsInfiniteBucket, sumAndCount
        case quantileRange, risingQuantiles, emptyWindow
        case infoIsOne
    }

    public let rule: Rule
    /// From 1.
    public let line: Int
    public let what: String

    public var description: String { "line \(line): \(rule): \(what)" }
}
