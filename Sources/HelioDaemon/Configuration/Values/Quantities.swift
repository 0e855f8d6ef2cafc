/// A whole percentage, 0–100.
public struct Percentage: Sendable, Hashable, Comparable {
    public let value: Int

    public init(_ value: Int) { self.value = value }

    /// 0–1.
    public var fraction: Double { Double(value) / 100 }

    public static func < (left: Percentage, right: Percentage) -> Bool { left.value < right.value }
}

/// A limit of free disk space: whichever of the two is less.
public struct FreeSpace: Sendable, Equatable {
    public var percent: Percentage
    /// Bytes.
    public var size: Int64

    public init(percent: Percentage, size: Int64) {
        self.percent = percent
        self.size = size
    }

    /// The limit in bytes on a file system of `total` bytes.
    public func bytes(ofTotal total: Int64) -> Int64 {
        min(size, total / 100 * Int64(percent.value))
    }
}

extension Duration {
    static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}

/// A number with a unit, as operators write it: `30s`, `64KiB`, `5%`.
struct Quantity {
    let number: Int64
    let unit: Substring

    /// - Returns: nil unless `text` is decimal digits and then something; a sign, a fraction or a space is not accepted.
    init?(_ text: String) throws(Wrong) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty else { return nil }
        guard let number = Int64(digits) else { throw Wrong("\(text) is too large") }
        self.number = number
        self.unit = text[digits.endIndex...]
    }

    /// The number in the smallest unit.
    func scaled(by factor: Int64) throws(Wrong) -> Int64 {
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        if overflow { throw Wrong("\(number)\(unit) is too large") }
        return product
    }
}

/// The units of durations in milliseconds and of sizes in bytes, largest first.
enum Units {
    static let durations: [(name: String, factor: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    static let sizes: [(name: String, factor: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// `amount`, in the smallest unit, in the largest unit that divides it; zero in the second smallest (0s, 0KiB).
    static func text(_ amount: Int64, _ units: [(name: String, factor: Int64)]) -> String {
        let unit = units.first { amount != 0 && amount % $0.factor == 0 } ?? units[units.count - 2]
        return "\(amount / unit.factor)\(unit.name)"
    }

    static func text(_ duration: Duration) -> String {
        text(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000, durations)
    }
}
