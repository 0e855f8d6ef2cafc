import HelioHTTP
import HelioLock

/// Those who wait for the metrics. Who asks for the same variant as another who still waits gets the same rendering; so a storm
/// of scrapes costs as many renderings as fit into its time one after the other, and no more.
///
/// Nobody joins a rendering that has begun: what a scrape sees is never older than the scrape. At most one rendering is under
/// way, on the cooperative pool, and a connection waits for one answer at a time, so what waits is bounded by the server's
/// connections.
final class ScrapeLine: Sendable {
    private struct Group {
        let variant: MetricsVariant
        var waiting: [PendingResponse]
    }

    private struct Line {
        /// The longest waiting first; a variant stands in it once.
        var groups: [Group] = []
        var isMoving = false
    }

    private let render: @Sendable (MetricsVariant) -> MetricsRendering
    private let line = Locked(Line())

    init(render: @escaping @Sendable (MetricsVariant) -> MetricsRendering) { self.render = render }

    /// How many wait for a rendering that has not begun.
    var waiting: Int { line.withLock { line in line.groups.reduce(0) { $0 + $1.waiting.count } } }

    func join(_ variant: MetricsVariant, _ pending: PendingResponse) {
        let isFirst = line.withLock { line in
            if let index = line.groups.firstIndex(where: { $0.variant == variant }) {
                line.groups[index].waiting.append(pending)
            } else {
                line.groups.append(Group(variant: variant, waiting: [pending]))
            }
            defer { line.isMoving = true }
            return !line.isMoving
        }
        if isFirst { Task.detached { await self.move() } }
    }

    private func move() async {
        while let group = next() {
            let rendering = render(group.variant)
            for pending in group.waiting { pending.send(rendering.response) }
            await Task.yield()
        }
    }

    private func next() -> Group? {
        line.withLock { line in
            guard !line.groups.isEmpty else {
                line.isMoving = false
                return nil
            }
            return line.groups.removeFirst()
        }
    }
}
