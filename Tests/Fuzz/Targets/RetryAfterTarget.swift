import Glibc
import HelioNode
@testable import HelioWebhooks

/// `Retry-After`: seconds or a date, as libc reads them, and never beyond the bounds.
struct RetryAfterTarget: FuzzTarget {
    let name = "retry-after"
    let maximumLength = 96

    /// 2026-01-02T00:04:05Z.
    private static let now: Int64 = 1_767_312_245

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let text = String(decoding: input, as: UTF8.self)
        let now = WallTime(millisecondsSince1970: Self.now * 1000)
        let delay = RetryAfter.delay(text, now: now)
        try promise(delay.map(RetryAfter.bounds.contains) ?? true, "a delay of \(delay ?? .zero)")
        try promise(RetryAfter.delay(" \t\(text) ", now: now) == delay, "spaces around it make a difference")
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            let seconds = Int(text) ?? .max
            try promise(delay == .seconds(min(max(seconds, 1), 86_400)), "\(text) s are \(delay ?? .zero)")
        } else if let date = Self.date(text) {
            try promise(delay == .seconds(min(max(date - Self.now, 1), 86_400)), "\(text) is in \(delay ?? .zero), by libc in \(date - Self.now) s")
        } else {
            try promise(delay == nil || Double(text.trimmingSpaces) != nil, "\(shown(text.utf8)) is a delay of \(delay ?? .zero)")
        }
    }

    /// Reckoned by libc; nil unless it is a date as RFC 9110 section 5.6.7 writes it, but for the day of the week and a day that its month
    /// does not have.
    private static func date(_ text: String) -> Int64? {
        guard let match = text.trimmingSpaces.wholeMatch(of: #/[^ ]*, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT/#)
        else { return nil }
        let months = ["Jan": 0, "Feb": 1, "Mar": 2, "Apr": 3, "May": 4, "Jun": 5, "Jul": 6, "Aug": 7, "Sep": 8, "Oct": 9, "Nov": 10, "Dec": 11]
        let (_, day, month, year, hour, minute, second) = match.output
        guard let month = months[String(month)], let day = Int32(day),
            let year = Int32(year), let hour = Int32(hour), let minute = Int32(minute), let second = Int32(second), (1...31).contains(day),
            year >= 1970, hour < 24, minute < 60, second <= 60
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return Int64(timegm(&parts))
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return String(decoding: utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed(), as: UTF8.self)
    }
}
