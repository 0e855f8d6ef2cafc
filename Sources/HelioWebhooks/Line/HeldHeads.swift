import HelioStore

/// Heads behind an open breaker, oldest first.
///
/// Many come and few go: a breaker lets one through now and then. So they are put in as they come, and sorted when one is to go.
struct HeldHeads: Sendable {
    private var heads: [LineHead] = []
    private var isSorted = true
    /// Whose turn was last, since all went; nil before the first.
    private var last: DeliveryID?

    var isEmpty: Bool { heads.isEmpty }

    mutating func insert(_ head: LineHead) {
        if let last = heads.last, last.id > head.id { isSorted = false }
        heads.append(head)
    }

    /// The oldest, then always the next younger one, and after the youngest the oldest again, whoever came or went meanwhile.
    mutating func removeNext() -> LineHead? {
        guard !heads.isEmpty else { return nil }
        sort()
        let former = last
        let place = heads.firstIndex { head in former.map { $0 < head.id } ?? true } ?? 0
        last = heads[place].id
        return heads.remove(at: place)
    }

    mutating func remove(_ id: DeliveryID) -> LineHead? {
        heads.firstIndex { $0.id == id }.map { heads.remove(at: $0) }
    }

    mutating func removeAll() -> [LineHead] {
        sort()
        defer { (heads, last) = ([], nil) }
        return heads
    }

    private mutating func sort() {
        guard !isSorted else { return }
        heads.sort { $0.id < $1.id }
        isSorted = true
    }
}
