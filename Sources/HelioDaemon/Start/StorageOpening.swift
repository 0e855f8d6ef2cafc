import HelioAPI
import HelioGit
import HelioHTTP
import HelioLoop
import HelioLock
import HelioMetrics
import HelioNode
import HelioStore

/// What happens behind STARTING and BOOTSTRAPPING: the data directory is taken, the store opened and migrated, and what a crash
/// left finished.
struct StorageOpening: Sendable {
    enum Outcome: Sendable {
        case opened
        /// - stays: the node shows ERROR for a while before it ends.
        case failed(stays: Bool)
    }

    private let process: NodeProcess

    init(_ process: NodeProcess) { self.process = process }

    func run() async -> Outcome {
        do {
            let adapters = try await openAdapters()
            let hands = process.makeHands(adapters)
            await measureDisk(adapters)
            await process.driver.attach(hands)
            process.board.identify {
                $0.id = adapters.store.nodeIdentity
                $0.upstream.fingerprint = adapters.upstream.current.fingerprint
            }
            // Whoever changed it while the store was being opened.
            _ = await process.replaceUpstream()
            // The socket belongs to who holds the data directory, so it is opened after the lock is taken.
            _ = try await process.socketServer.listen(on: .unix(path: process.configuration.withLock(\.node.socket)))
            let stored = try await CrashRecovery.run(hands, metrics: process.metrics.sync, log: process.log)
            let farm = process.makeFarm(hands)
            await farm?.holdBack()
            try await hands.webhooks.open { [process] in process.configuration.withLock { $0 } }
            await hands.operations.sweepLeftovers()
            if let farm { await process.driver.attach(farm) }
            await process.driver.feed(.recovered(stored))
            if let farm { await start(farm) }
            watch(hands)
            return .opened
        } catch StoreError.dataDirectoryInUse(let holder) {
            process.log.error("data directory is in use", ["by": .text(holder.map { "process \($0)" } ?? "another process")])
            return .failed(stays: false)
        } catch {
            await process.driver.feed(.startFailed("\(error)"))
            return .failed(stays: true)
        }
    }

    /// Whoever reloaded since the farm was made, and found the node without one, is heard now.
    func start(_ farm: FarmDriver) async {
        await farm.start()
        await farm.catchUp { [process] in process.configuration.withLock { $0.farmSettings } }
    }

    func openAdapters() async throws -> Adapters {
        let configuration = process.configuration.withLock { $0 }
        let store = try await Store.open(configuration.node.data)
        try await configuration.refuseOwnCopies()
        let git = try Git(configuration.git)
        return Adapters(
            store: store, git: git, copies: LocalCopies(git: git), upstream: UpstreamCell(try configuration.makeUpstream(git)))
    }

    /// A recovery may take a while, and a full disk may be why the node was started anew.
    private func measureDisk(_ adapters: Adapters) async {
        do throws(Failure) {
            process.metrics.state.diskFree.set(Double(try await adapters.copies.freeSpace().free))
        } catch {
            process.log.error("disk space cannot be read", ["error": "\(error)"])
        }
    }

    private func watch(_ hands: Hands) {
        let process = process
        let sensors = Sensors(
            driver: process.driver, log: process.log, hands: hands, diskFree: process.metrics.state.diskFree,
            trashKeep: { process.configuration.withLock(\.sync.trashKeep) })
        let outbox = OutboxWatch(
            hands, board: process.board, metrics: process.metrics.webhooks, log: process.log,
            configuration: { process.configuration.withLock(\.webhooks) })
        let heartbeat = Heartbeat(hands: hands)
        Task { await sensors.run() }
        Task { await heartbeat.run() }
        Task { await outbox.run() }
    }
}
