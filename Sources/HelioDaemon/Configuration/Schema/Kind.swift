/// What values a key takes: how they are written, which are right, and what to say of a wrong one.
struct Kind<Value: Sendable & Equatable>: Sendable {
    /// For people: "a duration from 1s to 1d".
    let expectation: String
    /// One value that an environment variable can hold.
    let isScalar: Bool
    /// - Returns: nil after complaining.
    let read: @Sendable (YAMLNode, inout Reading) -> Value?
}

extension Kind {
    /// A kind written as one value, in quotes or not.
    static func scalar(
        _ expectation: String, _ parse: @escaping @Sendable (String, _ reading: borrowing Reading) throws(Wrong) -> Value
    ) -> Kind {
        Kind(expectation: expectation, isScalar: true) { node, reading in
            guard let (text, _) = Self.text(of: node, expectation, &reading) else { return nil }
            return Self.parse(text, at: node.place, &reading, parse)
        }
    }

    /// A kind that is a number or a truth value in YAML, so quotes make it another one.
    static func plain(_ expectation: String, _ parse: @escaping @Sendable (String) throws(Wrong) -> Value) -> Kind {
        Kind(expectation: expectation, isScalar: true) { node, reading in
            guard let (text, isPlain) = Self.text(of: node, expectation, &reading) else { return nil }
            guard isPlain else {
                reading.complain("expected \(expectation), without quotes", at: node.place)
                return nil
            }
            return Self.parse(text, at: node.place, &reading) { text, _ throws(Wrong) in try parse(text) }
        }
    }

    private static func text(of node: YAMLNode, _ expectation: String, _ reading: inout Reading) -> (String, isPlain: Bool)? {
        if !node.isNull, case .scalar(let text, let isPlain) = node.content { return (text, isPlain) }
        reading.complain("expected \(expectation), found \(node.kindName)", at: node.place)
        return nil
    }

    private static func parse(
        _ text: String, at place: Place, _ reading: inout Reading,
        _ parse: (String, borrowing Reading) throws(Wrong) -> Value
    ) -> Value? {
        do throws(Wrong) {
            return try parse(text, reading)
        } catch {
            reading.complain(error.message, at: place)
            return nil
        }
    }
}
