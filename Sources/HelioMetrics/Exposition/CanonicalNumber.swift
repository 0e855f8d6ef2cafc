/// Numbers as OpenMetrics wants them where they are part of a series' identity (`le`, `quantile`), used everywhere else too: the
/// shortest digits that read back, laid out as Go's `%g` does, with `.0` where it would look like an integer: `0.005`, `1.0`,
/// `1e+06`, `+Inf`, `NaN`.
extension [UInt8] {
    mutating func append(number value: Double) {
        if value.isNaN {
            append(contentsOf: "NaN".utf8)
        } else if value.isInfinite {
            append(contentsOf: (value < 0 ? "-Inf" : "+Inf").utf8)
        } else if value.magnitude < 1e6, value == value.rounded(.towardZero) {
            append(smallInteger: value)
        } else {
            append(DecimalDigits(value))
        }
    }

    mutating func append(number value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = value.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Most numbers are; and zero, which has no digits, always is.
    private mutating func append(smallInteger value: Double) {
        if value.sign == .minus { append(UInt8(ascii: "-")) }
        append(number: Int64(value.magnitude))
        append(contentsOf: ".0".utf8)
    }

    private mutating func append(_ number: DecimalDigits) {
        if number.isNegative { append(UInt8(ascii: "-")) }
        switch number.point {
        case ...(-4), 7...: appendScientific(number)
        case ...0: appendFraction(number)
        default: appendPlain(number)
        }
    }

    /// 1.25e-07
    private mutating func appendScientific(_ number: DecimalDigits) {
        append(number.digits[0])
        if number.count > 1 { append(UInt8(ascii: ".")) }
        for index in 1..<Swift.max(1, number.count) { append(number.digits[index]) }
        let exponent = number.point - 1
        append(contentsOf: (exponent < 0 ? "e-" : "e+").utf8)
        if exponent.magnitude < 10 { append(UInt8(ascii: "0")) }
        append(number: Int64(exponent.magnitude))
    }

    /// 0.00125
    private mutating func appendFraction(_ number: DecimalDigits) {
        append(contentsOf: "0.".utf8)
        for _ in number.point..<0 { append(UInt8(ascii: "0")) }
        for index in 0..<number.count { append(number.digits[index]) }
    }

    /// 1250.5; never an integer, which is either small or scientific.
    private mutating func appendPlain(_ number: DecimalDigits) {
        for index in 0..<number.count {
            if index == number.point { append(UInt8(ascii: ".")) }
            append(number.digits[index])
        }
    }
}
