/// Why there is no comparison.
public enum DiffProblem: Error, Sendable {
    /// What was asked for cannot be meant, or may mean two things.
    case usage(String)
    case configuration(ConfigurationError)
    /// A side could not be read to its end: whatever was read says nothing.
    case incomparable(String)
}
