import Synchronization

/// How many connections a server has open, for readers on any thread.
public final class OpenConnections: Sendable {
    private let count = Atomic(0)

    public init() {}

    public var value: Int { count.load(ordering: .relaxed) }

    func set(_ value: Int) { count.store(value, ordering: .relaxed) }
}
