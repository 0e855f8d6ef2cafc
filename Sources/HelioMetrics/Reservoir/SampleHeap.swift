/// At most `capacity` samples, those of the highest priority: a binary heap with the lowest on top, allocated once.
struct SampleHeap: Sendable {
    let capacity: Int
    private(set) var samples: [Sample] = []

    init(capacity: Int) {
        precondition(capacity > 0, "a reservoir holds at least one sample")
        self.capacity = capacity
        samples.reserveCapacity(capacity)
    }

    mutating func offer(_ sample: Sample) {
        if samples.count < capacity {
            samples.append(sample)
            rise(from: samples.count - 1)
        } else if sample.priority > samples[0].priority {
            samples[0] = sample
            sink(from: 0)
        }
    }

    /// Makes every weight and priority smaller by the same factor, and lets go of what then weighs nothing: it would count for
    /// nothing and still take a place.
    mutating func scale(by factor: Double) {
        for index in samples.indices {
            samples[index].priority *= factor
            samples[index].weight *= factor
        }
        samples.removeAll { $0.weight == 0 }
        for parent in stride(from: samples.count / 2 - 1, through: 0, by: -1) { sink(from: parent) }
    }

    private mutating func rise(from index: Int) {
        var child = index
        while child > 0, samples[child].priority < samples[(child - 1) / 2].priority {
            samples.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(from index: Int) {
        var parent = index
        while let child = lesserChild(of: parent), samples[child].priority < samples[parent].priority {
            samples.swapAt(parent, child)
            parent = child
        }
    }

    private func lesserChild(of parent: Int) -> Int? {
        let left = 2 * parent + 1
        let right = left + 1
        guard left < samples.count else { return nil }
        return right < samples.count && samples[right].priority < samples[left].priority ? right : left
    }
}
