import Synchronization

/// Counts on one thread what another one reads.
public final class Counter: Sendable {
    private let count = Atomic(0)

    public init() {}

    public var value: Int { count.load(ordering: .relaxed) }

    public func add() { count.add(1, ordering: .relaxed) }
}
