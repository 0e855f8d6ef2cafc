import Synchronization

/// How many connections a server has open, on all its loops. Any thread.
public final class OpenConnections: Sendable {
    private let count = Atomic(0)

    public init() {}

    public var value: Int { count.load(ordering: .relaxed) }

    func add(_ change: Int) { count.add(change, ordering: .relaxed) }
}
