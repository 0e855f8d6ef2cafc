/// How long `heliostat diff` waits before it looks at something again, as people write it.
public enum DiffTolerance {
    /// Longer than any lag that somebody would wait for.
    private static let limit: Duration = .days(1)

    /// - Returns: nil unless it is a whole number with a unit, from 0s to 1d.
    public static func parse(_ text: String) -> Duration? {
        // Too large a number is as little a tolerance as none.
        guard let quantity = try? Quantity(text), let unit = Units.durations.first(where: { $0.name == quantity.unit }),
            let milliseconds = try? quantity.scaled(by: unit.factor)  // too large, likewise
        else { return nil }
        let duration = Duration.milliseconds(milliseconds)
        return duration <= limit ? duration : nil
    }
}
