/// A member of `Accept` (RFC 9110 section 12.5.1): which types it means, how closely, and how much they are wanted.
struct MediaRange: Sendable {
    private static let any: [UInt8] = [UInt8(ascii: "*")]

    private let type: [UInt8]
    private let subtype: [UInt8]
    private let parameters: [WeightedList.Parameter]
    let weight: Weight

    /// - Returns: nil for what is no range: a name without a slash, or `*/plain`.
    init?(_ member: WeightedList.Member) {
        let parts = member.name.split(separator: UInt8(ascii: "/"))
        guard parts.count == 2 else { return nil }
        (type, subtype) = (Array(parts[0]), Array(parts[1]))
        guard type != Self.any || subtype == Self.any else { return nil }
        parameters = member.parameters
        weight = member.weight
    }

    /// How closely this range fits a type: a name more closely than a star, and each parameter more closely still.
    /// - Returns: nil when it does not fit.
    func closeness(to media: MediaType) -> Int? {
        guard type == Self.any || type == media.type, subtype == Self.any || subtype == media.subtype,
            parameters.allSatisfy(media.fits)
        else { return nil }
        return (type == Self.any ? 0 : 1) + (subtype == Self.any ? 0 : 1) + parameters.count
    }
}

/// A type that can be sent, in lower case.
struct MediaType: Sendable {
    let type: [UInt8]
    let subtype: [UInt8]
    private let parameters: [WeightedList.Parameter]
    private let indifferent: [[UInt8]]

    /// - Parameters:
    ///   - name: as in `text/plain; version=0.0.4`.
    ///   - indifferent: parameters for which one body fits every value.
    init(_ name: String, indifferent: [String] = []) {
        guard let member = WeightedList(Array(name.utf8)).members.first,
            case let parts = member.name.split(separator: UInt8(ascii: "/")), parts.count == 2
        else { preconditionFailure("\(name) is not a media type") }
        (type, subtype) = (Array(parts[0]), Array(parts[1]))
        parameters = member.parameters
        self.indifferent = indifferent.map { Array($0.utf8) }
    }

    func fits(_ parameter: WeightedList.Parameter) -> Bool {
        parameters.contains(parameter) || indifferent.contains(parameter.name)
    }

    /// How much `ranges` want this type: as much as the closest of them says, of equally close ones the most.
    func preference(_ ranges: [MediaRange]) -> Preference {
        ranges.reduce(Preference(weight: .never, closeness: 0)) { best, range in
            guard let closeness = range.closeness(to: self) else { return best }
            let candidate = Preference(weight: range.weight, closeness: closeness)
            return (closeness, range.weight) > (best.closeness, best.weight) ? candidate : best
        }
    }

    /// Compared by weight first, then by how closely it was named.
    struct Preference: Comparable, Sendable {
        let weight: Weight
        let closeness: Int

        static func < (left: Preference, right: Preference) -> Bool {
            (left.weight, left.closeness) < (right.weight, right.closeness)
        }
    }
}
