/// `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date. What a receiver or an upstream says is honoured within bounds.
public enum RetryAfter {
    public static let bounds = Duration.seconds(1)...Duration.seconds(24 * 3600)

    /// - Returns: within `bounds`; nil for what is neither a number nor a date.
    public static func delay(_ value: String, now: WallTime) -> Duration? {
        let text = withoutSpaces(value)
        guard !text.utf8.contains(0) else { return nil }  // before which `Double` stops reading
        if let seconds = Double(text), !seconds.isNaN {
            return clamp(.seconds(max(min(seconds, 1e9), -1e9)))
        }
        guard let date = seconds(ofDate: text) else { return nil }
        return clamp(.milliseconds(max(min(date, 1 << 40), 0) * 1000 - now.millisecondsSince1970))
    }

    /// Without spaces and tabs before and behind (OWS in RFC 9110).
    private static func withoutSpaces(_ text: String) -> Substring {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let last = text.utf8.lastIndex(where: { !isSpace($0) }) else { return "" }
        return Substring(text.utf8[...last].drop(while: isSpace))
    }

    private static func clamp(_ delay: Duration) -> Duration { max(bounds.lowerBound, min(bounds.upperBound, delay)) }

    private static let weekdays = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// IMF-fixdate only, `Sun, 06 Nov 1994 08:49:37 GMT`, which RFC 9110 section 5.6.7 makes everybody send since 1999.
    /// - Returns: seconds since 1970.
    private static func seconds(ofDate text: Substring) -> Int64? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, weekdays.contains(String(parts[0])), parts[5] == "GMT", let day = number(parts[1], 2, 1...31),
            let month = months.firstIndex(of: String(parts[2])), let year = number(parts[3], 4, 1970...9999)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], 2, 0...23), let minute = number(clock[1], 2, 0...59),
            let second = number(clock[2], 2, 0...60)
        else { return nil }
        return days(year, Int64(month + 1), day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func number(_ text: Substring, _ digits: Int, _ range: ClosedRange<Int64>) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text), range.contains(value) else { return nil }
        return value
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`, for years after 1969.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
