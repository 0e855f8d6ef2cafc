/// A first-in, first-out queue whose ends cost amortised constant time.
package struct Fifo<Element: Sendable>: Sendable {
    private var storage: [Element]
    private var head = 0

    package init(_ elements: [Element] = []) { storage = elements }

    package var isEmpty: Bool { head == storage.count }
    package var count: Int { storage.count - head }
    package var first: Element? { isEmpty ? nil : storage[head] }
    /// In order.
    package var elements: ArraySlice<Element> { storage[head...] }

    package mutating func append(_ element: Element) { storage.append(element) }

    package mutating func append(contentsOf elements: [Element]) { storage.append(contentsOf: elements) }

    package mutating func popFirst() -> Element? {
        guard head < storage.count else { return nil }
        defer { shrink() }
        head += 1
        return storage[head - 1]
    }

    /// The first ones, `limit` of them or all; costs what they are, however many stay.
    package mutating func popFirst(upTo limit: Int) -> [Element] {
        let taken = Array(elements.prefix(limit))
        head += taken.count
        shrink()
        return taken
    }

    /// What was taken off is the first again.
    package mutating func putBack(_ taken: [Element]) {
        guard taken.count <= head else {
            storage = taken + elements
            head = 0
            return
        }
        head -= taken.count
        for (offset, element) in taken.enumerated() { storage[head + offset] = element }
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
