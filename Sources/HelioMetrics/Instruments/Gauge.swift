import Synchronization

/// A number that rises and falls. NaN says that there is nothing to tell.
public final class Gauge: Sendable {
    private let current = Atomic<Double>(0)

    public init() {}

    public func set(_ value: Double) { current.store(value, ordering: .relaxed) }

    public var value: Double { current.load(ordering: .relaxed) }
}
