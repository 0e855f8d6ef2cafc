import HelioMetrics

extension ExpositionFormat {
    /// How names outside of the old alphabet would be escaped makes no difference: ours are within.
    private static let textType = MediaType(ExpositionFormat.text.contentType, indifferent: ["escaping"])
    private static let openMetricsType = MediaType(ExpositionFormat.openMetrics.contentType, indifferent: ["escaping"])

    /// What `Accept` asks for: the format that is wanted most, of equally wanted ones the one that was named more closely, and
    /// then text. Who wants neither gets text: every scraper, and everybody with a browser, can make something of it.
    init(accepting header: [UInt8]) {
        let ranges = WeightedList(header).members.compactMap(MediaRange.init)
        let (text, openMetrics) = (Self.textType.preference(ranges), Self.openMetricsType.preference(ranges))
        self = openMetrics.weight > .never && openMetrics > text ? .openMetrics : .text
    }
}
