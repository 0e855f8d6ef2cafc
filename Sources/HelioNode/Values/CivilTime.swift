/// A wall time as ISO 8601 in UTC. Times outside of the years 0000 to 9999 are shown as the nearest within.
public struct CivilTime: Sendable {
    public enum Precision: Sendable {
        /// `2026-01-02T03:04:05Z`
        case seconds
        /// `2026-01-02T03:04:05.006Z`
        case milliseconds
        /// `2026-01-02T03:04:05+0000`, as Bitbucket writes it in events.
        case secondsWithOffset
    }

    private static let range = -62_167_219_200_000...253_402_300_799_999 as ClosedRange<Int64>

    private let milliseconds: Int64
    private let precision: Precision

    public init(_ time: WallTime, _ precision: Precision = .seconds) {
        milliseconds = min(max(time.millisecondsSince1970, Self.range.lowerBound), Self.range.upperBound)
        self.precision = precision
    }

    public var text: String {
        let days = Self.floorDivide(milliseconds, 86_400_000)
        let (year, month, day) = Self.civil(days)
        let rest = milliseconds - days * 86_400_000
        let date = "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(day, 2))"
        let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { Self.pad($0, 2) }.joined(separator: ":")
        return "\(date)T\(time)" + suffix(rest)
    }

    private func suffix(_ rest: Int64) -> String {
        switch precision {
        case .seconds: "Z"
        case .milliseconds: ".\(Self.pad(rest % 1000, 3))Z"
        case .secondsWithOffset: "+0000"
        }
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: eras of 400 years that begin on the
    /// first of March, so that a leap day is the last of its year.
    public static func civil(_ daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
