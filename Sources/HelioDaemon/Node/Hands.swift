import HelioGit
import HelioNode
import HelioWebhooks

/// What does a node's effects.
struct Hands: Sendable {
    let adapters: Adapters
    let worker: SyncWorker
    let reader: CopyReader
    let lane: StoreLane
    let operations: OperationLedger
    let progress: RunProgress
    let webhooks: Webhooks
    let deliveries: DeliveryRecord
    let inspector: CopyInspector

    init(
        adapters: Adapters, boot: String, metrics: NodeMetrics, log: NodeLog, runs: @escaping @Sendable () -> [Run],
        configuration: @escaping @Sendable () -> NodeConfiguration, post: @escaping @Sendable (OutgoingRequest) async -> Reply
    ) {
        self.adapters = adapters
        reader = CopyReader(adapters: adapters)
        inspector = CopyInspector(git: adapters.git)
        lane = StoreLane(store: adapters.store, log: log)
        operations = OperationLedger(
            store: adapters.store, lane: lane, boot: boot, metrics: metrics.operations, log: log,
            vetInterval: { configuration().vet.interval })
        progress = RunProgress(store: adapters.store, lane: lane, runs: runs)
        let deliveries = DeliveryRecord(log: log, metrics: metrics.webhooks, operations: operations)
        webhooks = Webhooks(
            store: adapters.store, configuration(), Surroundings(post: post) { deliveries.take($0) }, metrics: metrics.webhooks)
        self.deliveries = deliveries
        worker = SyncWorker(adapters: adapters, timers: metrics.timers, webhooks: webhooks, lane: lane)
    }
}
