/// Durations as people write them in a query.
enum UnitDuration {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// A whole number and its unit: `500ms`, `30s`, `3m`, `2h`, `7d`.
    /// - Returns: nil for anything else, a missing unit and a duration of more than 100 years included.
    static func parse(_ text: String) -> Duration? {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        let suffix = text.utf8.dropFirst(digits.count)
        guard let number = Int64(String(decoding: digits, as: UTF8.self)),
            let unit = units.first(where: { $0.suffix.utf8.elementsEqual(suffix) })
        else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow, milliseconds <= 100 * 366 * 86_400_000 else { return nil }
        return .milliseconds(milliseconds)
    }
}
