import HelioAPI
import HelioFarm
import HelioLock
import HelioNode
import HelioWebhooks

extension NodeProcess {
    /// The node as a member of its farm; a node by itself is a farm of one.
    func makeFarm(_ hands: Hands) -> FarmDriver? {
        let configuration = configuration.withLock { $0 }
        let identity = board.identity
        guard let id = MemberID(identity.id) else { return nil }
        let record = MemberRecord(
            id: id, name: identity.name, host: identity.address.host, port: identity.address.port, version: identity.version,
            upstream: identity.upstream.fingerprint)
        let farm = FarmDriver(
            record, configuration.farmSettings, makeCoordinator(configuration.farm), node: driver, hands: hands, board: board, log: log,
            metrics: metrics, inventory: makeInventory(configuration.database.metrics, hands))
        // A node by itself has nobody to tell.
        guard configuration.farm.coordinator != .standalone else { return farm }
        hands.deliveries.whenSettled { delivery, endpoint in farm.delivered(delivery, to: endpoint) }
        return farm
    }

    private func makeInventory(_ settings: NodeConfiguration.Database.Metrics, _ hands: Hands) -> InventoryReporter? {
        guard settings.isEnabled else { return nil }
        let counts = InventoryCounts(
            adapters: hands.adapters, snapshot: { [board] in board.snapshot },
            endpoints: { [configuration] in configuration.withLock(\.webhooks.endpoints).filter(\.isActive).map(\.name) })
        return InventoryReporter(settings, counts, metrics: metrics.inventory, log: log)
    }

    private func makeCoordinator(_ farm: NodeConfiguration.Farm) -> any FarmCoordinator {
        guard farm.coordinator == .redis, let url = farm.redis.url else { return StandaloneCoordinator(now: SystemClock.now) }
        let redis = RedisConfiguration(
            url, username: farm.redis.username,
            password: {
                guard let path = farm.redis.passwordFile else { return nil }
                return String(decoding: try SecretFile.read(path).bytes, as: UTF8.self)
            }, clientName: "heliostat")
        return RedisCoordinator(
            loop: loops[0], farm: farm.name ?? "", redis, now: SystemClock.monotonic, seed: .random(in: .min ... .max)
        ) { [log] observation in
            switch observation {
            case .connected: log.info("connected to Redis", ["url": .text("\(url)")])
            case .disconnected(let error): log.warning("connection to Redis lost", ["error": .text("\(error)")])
            case .failed(let error): log.warning("Redis cannot be reached", ["url": .text("\(url)"), "error": .text("\(error)")])
            }
        }
    }
}
