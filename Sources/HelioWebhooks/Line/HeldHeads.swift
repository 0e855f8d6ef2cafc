import HelioStore

/// Heads behind an open breaker, oldest first.
///
/// Many come and few go: a breaker lets one through now and then. So they are put in as they come, and sorted when one is to go.
struct HeldHeads: Sendable {
    private var heads: [LineHead] = []
    private var isSorted = true

    var isEmpty: Bool { heads.isEmpty }
    var count: Int { heads.count }

    mutating func insert(_ head: LineHead) {
        if let last = heads.last, last.id > head.id { isSorted = false }
        heads.append(head)
    }

    /// - Parameter place: counted from the oldest; less than `count`.
    mutating func remove(at place: Int) -> LineHead {
        sort()
        return heads.remove(at: place)
    }

    mutating func remove(_ id: DeliveryID) -> LineHead? {
        heads.firstIndex { $0.id == id }.map { heads.remove(at: $0) }
    }

    mutating func removeAll() -> [LineHead] {
        sort()
        defer { heads = [] }
        return heads
    }

    private mutating func sort() {
        guard !isSorted else { return }
        heads.sort { $0.id < $1.id }
        isSorted = true
    }
}
