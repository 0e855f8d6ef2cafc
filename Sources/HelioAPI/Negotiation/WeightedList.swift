/// A list header whose members have parameters and a weight: `a;x=1;q=0.5, b` (`Accept`, `Accept-Encoding`).
///
/// What a member has wrong makes that member count for nothing, and no more: a header is a wish, and no reason to refuse. It is
/// read on the loop, so what nobody sends in earnest is not read to its end.
struct WeightedList: Sendable {
    /// Members that are looked at. Browsers send a dozen, Prometheus six.
    static let memberLimit = 64
    /// Parameters of a member, its weight among them; one with more counts for nothing.
    static let parameterLimit = 8

    struct Member: Hashable, Sendable {
        /// In lower case.
        let name: [UInt8]
        /// Names and values in lower case, without the weight. None of ours depends on the case of a value.
        let parameters: [Parameter]
        let weight: Weight
    }

    struct Parameter: Hashable, Sendable {
        let name: [UInt8]
        let value: [UInt8]
    }

    let members: [Member]

    init(_ header: [UInt8]) {
        members = Self.split(header[...], at: UInt8(ascii: ","), limit: Self.memberLimit).prefix(Self.memberLimit)
            .compactMap(Self.member)
    }

    private static func member(_ text: ArraySlice<UInt8>) -> Member? {
        var pieces = split(text, at: UInt8(ascii: ";"), limit: parameterLimit + 1)[...]
        guard pieces.count <= parameterLimit + 1, let name = pieces.popFirst(), isName(name) else { return nil }
        var parameters: [Parameter] = []
        while let piece = pieces.popFirst() {
            guard let parameter = parameter(piece) else { return nil }
            guard parameter.name == [UInt8(ascii: "q")] else {
                parameters.append(parameter)
                continue
            }
            // What follows a weight was an extension once (RFC 7231 section 5.3.2), and nobody defined one.
            return Weight(parameter.value[...]).map { Member(name: lowercased(name), parameters: parameters, weight: $0) }
        }
        return Member(name: lowercased(name), parameters: parameters, weight: .full)
    }

    private static func parameter(_ piece: ArraySlice<UInt8>) -> Parameter? {
        guard let equals = piece.firstIndex(of: UInt8(ascii: "=")), isToken(piece[..<equals]),
            let value = QuotedText.value(piece[(equals + 1)...])
        else { return nil }
        return Parameter(name: lowercased(piece[..<equals]), value: lowercased(value[...]))
    }

    /// At a separator outside of quotes, without the spaces and tabs around the pieces. Quotes that are not closed take all that
    /// follows with them. Empty pieces are left out, as RFC 9110 sections 5.6.1.2 and 5.6.6 have it.
    /// - Returns: as many pieces as `limit`, and one more if there are more.
    private static func split(_ text: ArraySlice<UInt8>, at separator: UInt8, limit: Int) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var (start, index, isQuoted) = (text.startIndex, text.startIndex, false)
        while index < text.endIndex, pieces.count <= limit {
            switch text[index] {
            case UInt8(ascii: "\\") where isQuoted: index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case separator where !isQuoted:
                append(text[start..<index], to: &pieces)
                start = index + 1
            default: break
            }
            index += 1
        }
        if pieces.count <= limit { append(text[start...], to: &pieces) }
        return pieces
    }

    private static func append(_ piece: ArraySlice<UInt8>, to pieces: inout [ArraySlice<UInt8>]) {
        let piece = trimmed(piece)
        if !piece.isEmpty { pieces.append(piece) }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = text.firstIndex { !isSpace($0) } ?? text.endIndex
        let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return text[start..<end]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// A token, or two with a slash between them.
    private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy(isToken)
    }

    private static func isToken(_ text: ArraySlice<UInt8>) -> Bool { !text.isEmpty && text.allSatisfy(QuotedText.isToken) }

    private static func lowercased(_ text: ArraySlice<UInt8>) -> [UInt8] {
        text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
