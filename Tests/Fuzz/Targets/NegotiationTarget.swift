@testable import HelioAPI
@testable import HelioMetrics

/// `Accept`, `Accept-Encoding` and `If-None-Match`: wishes, of which the broken ones count for nothing and none costs more than its length.
struct NegotiationTarget: FuzzTarget {
    let name = "negotiation"
    let maximumLength = 512

    private static let tag = EntityTag(boot: "boot", revision: 7, .content, project: nil)

    /// The first line is a list with weights, the second a list of entity tags.
    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        try Self.checkList(Array(lines[0]))
        if lines.count == 2 { try Self.checkTags(Array(lines[1])) }
    }

    private static func checkList(_ header: [UInt8]) throws(BrokenPromise) {
        let members = WeightedList(header).members
        try promise(members.count <= WeightedList.memberLimit, "\(members.count) members are read")
        try promise(members.allSatisfy { (0...1000).contains($0.weight.thousandths) }, "a weight is beyond 0 to 1")
        try promise(members.allSatisfy { $0.parameters.count <= WeightedList.parameterLimit }, "a member has too many parameters")
        let written = Array(members.map(Self.written).joined(separator: [UInt8(ascii: ",")]))
        try promise(WeightedList(written).members == members, "written again as \(shown(written)): \(WeightedList(written).members)")
        let upper = header.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
        try promise(WeightedList(upper).members == members, "in capitals it means something else")
        try promise(FrontType(accepting: header) == FrontType(accepting: written), "the page is chosen otherwise for \(shown(written))")
        try promise(
            ExpositionFormat(accepting: header) == ExpositionFormat(accepting: written), "the format is chosen otherwise for \(shown(written))")
        try promise(ContentCoding(accepting: header) == ContentCoding(accepting: written), "the coding is chosen otherwise for \(shown(written))")
    }

    private static func written(_ member: WeightedList.Member) -> [UInt8] {
        var text = member.name
        for parameter in member.parameters {
            text += Array(";".utf8) + parameter.name + Array("=\"".utf8)
            for byte in parameter.value { text += [UInt8(ascii: "\\"), byte] }
            text += Array("\"".utf8)
        }
        // A full one is left out: it would be one parameter too many for a member that has them all.
        if member.weight == .full { return text }
        return text + Array(";q=0.\(String(1000 + member.weight.thousandths).dropFirst())".utf8)
    }

    private static func checkTags(_ header: [UInt8]) throws(BrokenPromise) {
        let text = String(decoding: header, as: UTF8.self)
        let isNamed = tag.isNamed(by: text)
        let isAny = text.utf8.filter { $0 != 0x20 && $0 != 0x09 }.elementsEqual("*".utf8)
        let isThere = header.indices.contains { header[$0...].starts(with: tag.header.utf8) }
        try promise(!isNamed || isAny || isThere, "\(text) withholds a body from somebody who has another")
        try promise(isNamed || !isAny, "a star does not name everything")
        guard isThere, let list = Self.tags(header) else { return }
        try promise(isNamed == list.contains { $0.elementsEqual(tag.opaque.utf8) }, "\(text) names \(list.map { shown($0) })")
    }

    /// The tags of a list that is written as RFC 9110 section 8.8.3 has it; nil for any other.
    private static func tags(_ header: [UInt8]) -> [[UInt8]]? {
        var tags: [[UInt8]] = []
        var rest = header[...]
        while true {
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
            guard !rest.isEmpty else { return tags }
            if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            let tag = rest.prefix { $0 == 0x21 || (0x23...0x7E).contains($0) }
            rest = rest.dropFirst(tag.count)
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            tags.append(Array(tag))
        }
    }
}
