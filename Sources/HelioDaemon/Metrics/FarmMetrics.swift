import HelioAPI
import HelioMetrics
import HelioNode

/// The farm as this node sees it.
struct FarmMetrics: Sendable {
    private let members: Gauge
    private let viewAge: Gauge
    private let leases: Labelled<LeaseName, Gauge>
    private let rejected: Counter
    private let startedAt: MonotonicTime?

    /// - Parameter startedAt: when the node started, from which on it has seen nothing until it reads the farm; nil for a node by itself.
    init(_ registry: Registry, startedAt: MonotonicTime?) {
        self.startedAt = startedAt
        members = registry.gauge("heliostat_farm_members", "Nodes of the farm in this node's view, itself included.")
        viewAge = registry.gauge(
            "heliostat_farm_view_age_seconds", "Since the farm was last read, or since the start; NaN for a node by itself.")
        leases = registry.gauges("heliostat_lease_held", "1 for what this node does for the whole farm now.", by: "name")
        rejected = registry.counter(
            "heliostat_fence_rejected_total", "Orders that were refused because a newer number of their lease is known.")
    }

    func fenceRejected() { rejected.add() }

    func update(_ picture: FarmPicture, at now: MonotonicTime) {
        members.set(Double(max(picture.members.count, 1)))
        viewAge.set((picture.readAt ?? startedAt).map { max(now - $0, .zero).inSeconds } ?? .nan)
        for name in LeaseName.allCases { leases[name].set(picture.leases[name] == nil ? 0 : 1) }
    }
}
