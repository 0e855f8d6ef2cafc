import HelioAPI
import HelioHTTP
import HelioLock
import HelioMetrics
import HelioNode

/// Brings what is looked up rather than recorded up to date, whenever somebody asks for the metrics.
final class Scrape: Sendable {
    private let metrics: NodeMetrics
    private let board: NodeBoard
    /// Of each server.
    private let connections: [OpenConnections]
    /// When the certificate that is shown to newcomers ends, in seconds since 1970; nil without TLS.
    private let certificateEnd: @Sendable () -> Int64?
    private let hands = Locked<Hands?>(nil)

    init(_ metrics: NodeMetrics, board: NodeBoard, connections: [OpenConnections], certificateEnd: @escaping @Sendable () -> Int64?) {
        self.metrics = metrics
        self.board = board
        self.connections = connections
        self.certificateEnd = certificateEnd
    }

    /// To be asked for once: who serves the same source takes turns in rendering it.
    func makeSource() -> MetricsSource {
        let webhooks = metrics.webhooks
        return MetricsSource(
            registry: metrics.registry, beans: { [webhooks.bean].compactMap { $0 } }, now: { Tick.now() }, refresh: { [self] in refresh() })
    }

    /// The storage is open: from now on there are operations and a backlog.
    func opened(_ hands: Hands) { self.hands.withLock { $0 = hands } }

    private func refresh() {
        let hands = hands.withLock { $0 }
        metrics.state.update(board.snapshot, store: hands?.lane.backlog ?? (0, nil), at: SystemClock.monotonic())
        metrics.farm.update(board.farm, at: SystemClock.monotonic())
        metrics.operations.show(running: hands?.operations.running ?? [:])
        metrics.connections.set(Double(connections.reduce(0) { $0 + $1.value }))
        metrics.certificateEnd.set(certificateEnd().map(Double.init) ?? .nan)
        metrics.process.update()
    }
}
