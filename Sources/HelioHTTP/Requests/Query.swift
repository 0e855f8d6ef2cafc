/// Why a query cannot be used; the answer to each is 400.
public enum QueryError: String, Error, Sendable, Hashable, CaseIterable {
    case malformed = "A query parameter is malformed."
    case duplicate = "A query parameter is given twice."
    case tooMany = "There are too many query parameters."
    case outOfRange = "A query parameter is not a whole number in its range."
}

/// What stands after the `?`, read when it is asked for.
public struct Query: Sendable {
    /// Parameters looked at before a query is refused.
    public static let limit = 64

    private let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// For tests of handlers; without the `?`.
    public init(_ text: String) { bytes = Array(text.utf8)[...] }

    public var isEmpty: Bool { bytes.isEmpty }

    /// The one value of a parameter, decoded; empty when it stands without `=`, nil when it is absent.
    public func value(_ name: String) throws(QueryError) -> String? {
        var found: String?
        var count = 0
        for pair in bytes.split(separator: UInt8(ascii: "&"), maxSplits: Self.limit) {
            count += 1
            guard count <= Self.limit else { throw .tooMany }
            let (key, value) = Self.parts(pair)
            guard let key = PercentDecoding.decode(key, plusIsSpace: true) else { throw .malformed }
            guard key.utf8.elementsEqual(name.utf8) else { continue }
            guard found == nil else { throw .duplicate }
            guard let value = PercentDecoding.decode(value, plusIsSpace: true) else { throw .malformed }
            found = value
        }
        return found
    }

    /// A parameter that is a whole number in ASCII digits; nil when it is absent.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws(QueryError) -> Int? {
        guard let text = try value(name) else { return nil }
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard digits.allSatisfy(Characters.isDigit), let number = Int(text), range.contains(number) else { throw .outOfRange }
        return number
    }

    private static func parts(_ pair: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return (pair, []) }
        return (pair[..<equals], pair[(equals + 1)...])
    }
}
