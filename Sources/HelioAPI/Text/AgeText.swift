import HelioNode

/// Durations as people read them.
enum AgeText {
    private static let units: [(name: String, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    /// Two units at most: `3 d 4 h`, `12 m 5 s`, `1.5 s`, `18 ms`.
    static func of(_ duration: Duration) -> String { of(nanoseconds: max(0, duration.wholeNanoseconds)) }

    static func of(nanoseconds: Int64) -> String {
        switch nanoseconds {
        case ..<1: return "0 s"
        case ..<9_950_000: return "\(tenths(nanoseconds, of: 1_000_000)) ms"
        case ..<999_500_000: return "\((nanoseconds + 500_000) / 1_000_000) ms"
        case ..<9_950_000_000: return "\(tenths(nanoseconds, of: 1_000_000_000)) s"
        default: return whole(nanoseconds / 1_000_000_000 + (nanoseconds % 1_000_000_000 >= 500_000_000 ? 1 : 0))
        }
    }

    private static func tenths(_ nanoseconds: Int64, of unit: Int64) -> String {
        let tenths = (nanoseconds + unit / 20) / (unit / 10)
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private static func whole(_ seconds: Int64) -> String {
        let first = units.firstIndex { seconds >= $0.seconds } ?? units.count - 1
        let head = "\(seconds / units[first].seconds) \(units[first].name)"
        guard first + 1 < units.count else { return head }
        let rest = seconds % units[first].seconds / units[first + 1].seconds
        return rest == 0 ? head : "\(head) \(rest) \(units[first + 1].name)"
    }
}
