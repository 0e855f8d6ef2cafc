/// What `/` answers with.
enum FrontType: Sendable, Hashable {
    case line, page

    private static let html = MediaType("text/html; charset=utf-8")
    private static let plain = MediaType("text/plain; charset=utf-8")

    /// The page, where HTML is wanted more than plain text, or as much and named more closely. Browsers name it; curl and whoever says
    /// nothing take anything, and get the line.
    init(accepting header: [UInt8]) {
        let ranges = WeightedList(header).members.compactMap(MediaRange.init)
        let html = Self.html.preference(ranges)
        self = html.weight > .never && html > Self.plain.preference(ranges) ? .page : .line
    }
}
