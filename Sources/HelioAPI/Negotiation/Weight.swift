/// How much a client wants something: a `qvalue` of RFC 9110 section 12.4.2, in thousandths.
struct Weight: Hashable, Comparable, Sendable {
    static let full = Weight(thousandths: 1000)
    static let never = Weight(thousandths: 0)

    let thousandths: Int

    private init(thousandths: Int) { self.thousandths = thousandths }

    /// `0`, `1`, or one of them with a point and up to three digits, and at most 1.
    /// - Returns: nil for all else, `NaN`, `1.5`, `+1`, `.5` and a fourth digit included.
    init?(_ text: ArraySlice<UInt8>) {
        guard let whole = text.first, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1") else { return nil }
        var rest = text.dropFirst()
        if !rest.isEmpty {
            guard rest.removeFirst() == UInt8(ascii: "."), rest.count <= 3, rest.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
        }
        let digits = (Array(rest) + [0x30, 0x30, 0x30]).prefix(3)
        thousandths = digits.reduce(Int(whole - 0x30)) { $0 * 10 + Int($1 - 0x30) }
        guard thousandths <= 1000 else { return nil }
    }

    static func < (left: Weight, right: Weight) -> Bool { left.thousandths < right.thousandths }
}
