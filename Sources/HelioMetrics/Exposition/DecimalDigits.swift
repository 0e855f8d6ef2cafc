/// The shortest decimal digits that read back as the same number: ±0.d₁d₂d₃… × 10^`point`.
struct DecimalDigits {
    let isNegative: Bool
    /// ASCII, the first `count` of them; neither the first nor the last is a zero. No shortest number has more than 17, and
    /// `description` pads with at most one zero.
    private(set) var digits = InlineArray<20, UInt8>(repeating: 0)
    private(set) var count = 0
    private(set) var point = 0

    /// The standard library's `description` finds the digits (Adams, "Ryū revisited", 2019, and later work); only their layout is
    /// another one.
    ///
    /// - Parameter value: finite and not zero.
    init(_ value: Double) {
        isNegative = value < 0
        var isFraction = false
        var text = value.magnitude.description.utf8[...]
        while let byte = text.popFirst(), byte != UInt8(ascii: "e") {
            if byte == UInt8(ascii: ".") { isFraction = true } else { append(byte, isFraction: isFraction) }
        }
        while digits[count - 1] == UInt8(ascii: "0") { count -= 1 }
        point += Int(Substring(text)) ?? 0
    }

    private mutating func append(_ digit: UInt8, isFraction: Bool) {
        let isLeadingZero = count == 0 && digit == UInt8(ascii: "0")
        if isFraction == isLeadingZero { point += isFraction ? -1 : 1 }
        guard !isLeadingZero else { return }
        digits[count] = digit
        count += 1
    }
}
