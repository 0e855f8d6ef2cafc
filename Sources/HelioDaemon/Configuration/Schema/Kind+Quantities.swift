extension Kind where Value == Bool {
    static var flag: Kind {
        .plain("true or false") { text throws(Wrong) in
            switch text {
            case "true": return true
            case "false": return false
            default: throw Wrong("expected true or false, found \(quoted(text))")
            }
        }
    }
}

extension Kind where Value == Int {
    static func count(_ range: ClosedRange<Int>) -> Kind {
        let expectation = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return .plain(expectation) { text throws(Wrong) in
            // Decimal digits only: 010 and 0x10 mean different numbers to different readers of YAML.
            let isDecimal = text.allSatisfy { ("0"..."9").contains($0) } && (text == "0" || !text.hasPrefix("0"))
            guard isDecimal, let number = Int(text), range.contains(number) else {
                throw Wrong("expected \(expectation), found \(quoted(text))")
            }
            return number
        }
    }
}

extension Kind where Value == Percentage {
    static func percentage(_ range: ClosedRange<Int>) -> Kind {
        let expectation = "a percentage from \(range.lowerBound)% to \(range.upperBound)%"
        return .scalar(expectation) { text, _ throws(Wrong) in
            if try Quantity(text)?.unit == "" { throw Wrong("\(text) has no %; expected \(expectation)") }
            guard let quantity = try Quantity(text), quantity.unit == "%", let value = Int(exactly: quantity.number),
                range.contains(value)
            else { throw Wrong("expected \(expectation), found \(quoted(text))") }
            return Percentage(value)
        }
    }
}

extension Kind where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Kind {
        let expectation = "a duration from \(Units.text(range.lowerBound)) to \(Units.text(range.upperBound))"
        return .scalar(expectation) { text, _ throws(Wrong) in
            let milliseconds = try amount(text, in: Units.durations, expectation)
            let duration = Duration.milliseconds(milliseconds)
            guard range.contains(duration) else { throw Wrong("expected \(expectation), found \(text)") }
            return duration
        }
    }
}

extension Kind where Value == Int64 {
    /// Bytes.
    static func size(_ range: ClosedRange<Int64>) -> Kind {
        let bounds = (Units.text(range.lowerBound, Units.sizes), Units.text(range.upperBound, Units.sizes))
        let expectation = "a size from \(bounds.0) to \(bounds.1)"
        return .scalar(expectation) { text, _ throws(Wrong) in
            let bytes = try amount(text, in: Units.sizes, expectation)
            guard range.contains(bytes) else { throw Wrong("expected \(expectation), found \(text)") }
            return bytes
        }
    }
}

/// Reads a number with one of `units`; the result is in the smallest of them.
private func amount(
    _ text: String, in units: [(name: String, factor: Int64)], _ expectation: String
) throws(Wrong) -> Int64 {
    guard let quantity = try Quantity(text) else { throw Wrong("expected \(expectation), found \(quoted(text))") }
    let names = units.reversed().map(\.name).joined(separator: ", ")
    guard !quantity.unit.isEmpty else {
        throw Wrong("\(text) has no unit; expected \(expectation), in \(names)")
    }
    guard let unit = units.first(where: { $0.name == quantity.unit }) else {
        throw Wrong("\(quoted(text)) has no known unit; expected \(expectation), in \(names)")
    }
    return try quantity.scaled(by: unit.factor)
}
