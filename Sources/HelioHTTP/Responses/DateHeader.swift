import Glibc

/// The `Date` line, made anew once a second (RFC 9110 section 5.6.7, IMF-fixdate).
struct DateHeader {
    private(set) var line: [UInt8] = []
    private var validUntil = Int64.min

    /// - Parameter now: of the monotonic clock, in nanoseconds.
    mutating func refresh(now: Int64) {
        guard now >= validUntil else { return }
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        line = Self.render(wall.tv_sec)
        validUntil = now &+ max(1_000_000_000 - Int64(wall.tv_nsec), 0)
    }

    /// - Parameter seconds: since 1970, UTC.
    static func render(_ seconds: Int) -> [UInt8] {
        var (time, parts) = (seconds, tm())
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = "\(twoDigits(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(Int(parts.tm_year) + 1900)"
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
        return Array("Date: \(days[Int(parts.tm_wday)]), \(date) \(clock) GMT\r\n".utf8)
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
