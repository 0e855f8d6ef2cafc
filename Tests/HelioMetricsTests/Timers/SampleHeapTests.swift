@testable import HelioMetrics
import Testing

struct SampleHeapTests {
    /// Against sorting all that was ever offered. The powers of ten let scaling take samples away from everywhere in the heap.
    @Test(arguments: 0..<20) func heap_KeepsTheHighestPriorities(round: Int) {
        var heap = SampleHeap(capacity: 50)
        var reference: [Double] = []
        for step in 0..<400 {
            let priority = Double.random(in: 0.1...1) * (Bool.random() ? 1 : 1e-200)
            heap.offer(Sample(priority: priority, weight: priority, nanoseconds: 0))
            reference = Array((reference + [priority]).sorted(by: >).prefix(50))
            guard step % 60 == 59 else { continue }
            heap.scale(by: 1e-150)
            reference = reference.map { $0 * 1e-150 }.filter { $0 > 0 }
            #expect(heap.samples.map(\.priority).sorted(by: >) == reference)
        }
        #expect(heap.samples.map(\.priority).sorted(by: >) == reference)
    }
}
