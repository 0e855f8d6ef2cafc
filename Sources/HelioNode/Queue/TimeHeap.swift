/// Elements ordered by a time, earliest first: a binary heap.
struct TimeHeap<Element: Sendable>: Sendable {
    private var items: [(time: MonotonicTime, element: Element)] = []

    var earliest: (time: MonotonicTime, element: Element)? { items.first }

    mutating func insert(_ element: Element, at time: MonotonicTime) {
        items.append((time, element))
        var child = items.count - 1
        while child > 0, items[child].time < items[(child - 1) / 2].time {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popEarliest() {
        guard !items.isEmpty else { return }
        items.swapAt(0, items.count - 1)
        items.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child].time < items[least].time {
                least = child
            }
            if least == parent { return }
            items.swapAt(parent, least)
            parent = least
        }
    }
}
