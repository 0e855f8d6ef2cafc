import HelioGit
import HelioLock
import HelioNode
import HelioStore

/// What the node acts with, once its storage is open.
struct Adapters: Sendable {
    let store: Store
    let git: Git
    let copies: LocalCopies
    let upstream: UpstreamCell
}

/// The upstream, which a reload may replace: a list of URLs can change while the node runs.
final class UpstreamCell: Sendable {
    private let cell: Locked<any Upstream>

    init(_ upstream: any Upstream) { cell = Locked(upstream) }

    var current: any Upstream { cell.withLock { $0 } }

    func replace(with upstream: any Upstream) { cell.withLock { $0 = upstream } }
}
