import Foundation

/// Numbers, read and laid out without the code that is under test.
public enum ExpositionNumber {
    public static func value(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "+Inf": .infinity
        case "-Inf": -.infinity
        default: text.wholeMatch(of: #/-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?/#) == nil ? nil : Double(text)
        }
    }

    public static func isInteger(_ text: String) -> Bool { text.wholeMatch(of: #/0|-?[1-9][0-9]*/#) != nil }

    public static func isCanonical(_ text: String) -> Bool {
        value(text).map { text == canonical($0) } ?? false
    }

    /// The fewest digits that `printf` needs for a text that reads back, as Go's `%g` lays them out, with `.0` where they would look
    /// like an integer.
    static func canonical(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
        let shortest = (0...16).lazy.map { String(format: "%.\($0)e", value) }.first { Double($0) == value } ?? ""
        let parts = shortest.split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return shortest }
        return (-4..<6).contains(exponent) ? plain(value, digits: parts[0], exponent) : shortest
    }

    private static func plain(_ value: Double, digits: Substring, _ exponent: Int) -> String {
        let decimals = digits.filter(\.isNumber).count - 1 - exponent
        return String(format: "%.\(max(1, decimals))f", value)
    }
}
