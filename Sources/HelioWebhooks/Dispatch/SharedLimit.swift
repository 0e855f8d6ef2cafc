import HelioNode

/// How many deliveries may be on their way: one to each endpoint always, and some more that all endpoints share, so that nobody waits
/// for a place that a silent endpoint holds.
struct SharedLimit {
    /// Beyond the first of each endpoint.
    let places: Int

    /// By endpoint; one without any has no entry.
    private var underWay: [String: Int] = [:]
    private var total = 0
    private var waiting = Fifo<String>()
    private var isWaiting: Set<String> = []

    init(places: Int) { self.places = places }

    /// Whether an endpoint may have more than its first.
    var hasRoom: Bool { total - underWay.count < places }

    func isIdle(_ endpoint: String) -> Bool { underWay[endpoint] == nil }

    mutating func began(_ endpoint: String) {
        underWay[endpoint, default: 0] += 1
        total += 1
    }

    mutating func ended(_ endpoint: String) {
        guard let count = underWay[endpoint] else { return }
        underWay[endpoint] = count > 1 ? count - 1 : nil
        total -= 1
    }

    /// It has something to send and found no room.
    mutating func wait(_ endpoint: String) {
        if isWaiting.insert(endpoint).inserted { waiting.append(endpoint) }
    }

    /// - Returns: who has waited longest, while there is room.
    mutating func nextWaiting() -> String? {
        guard hasRoom, let endpoint = waiting.popFirst() else { return nil }
        isWaiting.remove(endpoint)
        return endpoint
    }
}
