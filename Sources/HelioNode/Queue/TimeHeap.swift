/// Elements ordered by a time, earliest first: a binary heap.
package struct TimeHeap<Element: Sendable>: Sendable {
    private var items: [(time: MonotonicTime, element: Element)] = []

    package init() {}

    package var earliest: (time: MonotonicTime, element: Element)? { items.first }

    package var count: Int { items.count }

    /// The earliest elements that `isValid` lets through, at most `limit` of them, after a look at no more than `visits`: from a
    /// node of the heap only its two children can come next.
    func earliest(_ limit: Int, visits: Int, where isValid: (MonotonicTime, Element) -> Bool) -> [Element] {
        var found: [Element] = []
        var frontier = TimeHeap<Int>()
        if let first = items.first { frontier.insert(0, at: first.time) }
        var left = visits
        while found.count < limit, left > 0, let (time, index) = frontier.earliest {
            left -= 1
            frontier.popEarliest()
            for child in [2 * index + 1, 2 * index + 2] where child < items.count {
                frontier.insert(child, at: items[child].time)
            }
            if isValid(time, items[index].element) { found.append(items[index].element) }
        }
        return found
    }

    package mutating func insert(_ element: Element, at time: MonotonicTime) {
        items.append((time, element))
        var child = items.count - 1
        while child > 0, items[child].time < items[(child - 1) / 2].time {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    package mutating func popEarliest() {
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
