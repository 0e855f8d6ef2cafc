import Glibc
@testable import HelioNode

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
        } else if text.utf8.contains(0) {
            try promise(delay == nil, "\(shown(text.utf8)) is a delay of \(delay ?? .zero)")
        } else if let date = Self.date(text) {
            try promise(delay == .seconds(min(max(date - Self.now, 1), 86_400)), "\(text) is in \(delay ?? .zero), by libc in \(date - Self.now) s")
        } else {
            try promise(delay == nil || Double(text.trimmingSpaces) != nil, "\(shown(text.utf8)) is a delay of \(delay ?? .zero)")
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map { Array($0.utf8) }

    private static let weekdays = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"].map { Array($0.utf8) }

    /// Reckoned by libc; nil unless it is a date as RFC 9110 section 5.6.7 writes it, but that it may be another day of the week, or a day that
    /// its month does not have.
    private static func date(_ text: String) -> Int64? {
        let bytes = Array(text.trimmingSpaces.utf8)
        guard let comma = bytes.firstIndex(of: 0x20), weekdays.contains(Array(bytes[..<comma])) else { return nil }
        // ` 06 Nov 1994 08:49:37 GMT`, where 0 stands for any digit and a for any letter.
        let rest = Array(bytes[comma...])
        let shape = Array(" 00 aaa 0000 00:00:00 GMT".utf8)
        guard rest.count == shape.count, zip(rest, shape).allSatisfy({ byte, wanted in
            switch wanted {
            case 0x30: (0x30...0x39).contains(byte)
            case 0x61: true
            default: byte == wanted
            }
        }), let month = months.firstIndex(where: { $0.elementsEqual(rest[4..<7]) }) else { return nil }
        let number = { (digits: Range<Int>) in rest[digits].reduce(0) { $0 * 10 + Int32($1 - 0x30) } }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(8..<12) - 1900, Int32(month), number(1..<3))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(13..<15), number(16..<18), number(19..<21))
        let isDate = parts.tm_year >= 70 && (1...31).contains(parts.tm_mday) && parts.tm_hour < 24 && parts.tm_min < 60 && parts.tm_sec <= 60
        return isDate ? Int64(timegm(&parts)) : nil
    }
}

extension String {
    fileprivate var trimmingSpaces: Substring {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let end = utf8.lastIndex { !isSpace($0) }.map { utf8.index(after: $0) } ?? startIndex
        return Substring(utf8[..<end].drop(while: isSpace))
    }
}
