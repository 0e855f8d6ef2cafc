/// A first-in, first-out queue whose ends cost amortised constant time.
package struct Fifo<Element: Sendable>: Sendable {
    private var storage: [Element] = []
    private var head = 0

    package init() {}

    package var isEmpty: Bool { head == storage.count }
    package var count: Int { storage.count - head }

    package mutating func append(_ element: Element) { storage.append(element) }

    package mutating func popFirst() -> Element? {
        guard head < storage.count else { return nil }
        defer { shrink() }
        head += 1
        return storage[head - 1]
    }

    private mutating func shrink() {
        if head == storage.count {
            storage.removeAll(keepingCapacity: storage.capacity < 1024)
            head = 0
        } else if head > 1024, head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
        }
    }
}
