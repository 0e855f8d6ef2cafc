import Foundation
import HelioMetrics
import HelioNode
import HelioStore
import Synchronization
import TestSupport
import Testing

@testable import HelioDaemon
@testable import HelioWebhooks

struct DeliveryRecordTests {
    /// Each delivery once took the next one deeper into the stack, some 64 bytes, until there was none left.
    @Test func listener_IsCalledFromTheSameDepth_HoweverManyDeliveries() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Store.open(directory.path)
        let (registry, log) = (Registry(), NodeLog(LogOutput(NodeConfiguration.Log()).logger("test")))
        let operations = OperationLedger(
            store: store, lane: StoreLane(store: store, log: log), boot: "b", metrics: OperationMetrics(registry), log: log,
            vetInterval: { .seconds(3600) })
        let record = DeliveryRecord(log: log, metrics: WebhookMetrics(registry), operations: operations)
        // Frames, and not bytes: AddressSanitizer keeps variables elsewhere.
        let depths = Mutex<[Int]>([])
        record.whenSettled { _, _ in depths.withLock { $0.append(Thread.callStackReturnAddresses.count) } }
        // All on one thread, so that they can be compared.
        try await onThread {
            for number in 1...200 {
                record.take(.gaveUp(endpoint: "ci", DeliveryName(id: Int64(number), attempt: UInt64(number), repository: nil), error: nil))
            }
        }
        let seen = depths.withLock { $0 }
        #expect(seen.count == 200)
        #expect(Set(seen).count == 1, "\(seen.min() ?? 0) to \(seen.max() ?? 0) frames")
    }
}
