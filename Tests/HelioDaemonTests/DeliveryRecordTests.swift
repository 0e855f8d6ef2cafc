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
        let depths = Mutex<[UInt]>([])
        record.whenSettled { _, _ in
            var here = 0
            let address = withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
            depths.withLock { $0.append(address) }
        }
        // All on one thread, so that the places can be compared.
        try await onThread {
            for number in 1...200 {
                record.take(.gaveUp(endpoint: "ci", DeliveryName(id: Int64(number), attempt: UInt64(number), repository: nil), error: nil))
            }
        }
        let seen = depths.withLock { $0 }
        #expect(seen.count == 200)
        #expect(Set(seen).count == 1, "\((seen.max() ?? 0) - (seen.min() ?? 0)) bytes")
    }
}
