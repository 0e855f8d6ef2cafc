import Synchronization

/// A number that only rises.
public final class Counter: Sendable {
    private let total = Atomic<Int64>(0)

    public init() {}

    /// - Parameter amount: what is negative is ignored: a counter that falls looks like a restart to whoever reads it.
    public func add(_ amount: Int = 1) {
        if amount > 0 { total.wrappingAdd(Int64(amount), ordering: .relaxed) }
    }

    public var value: Int64 { total.load(ordering: .relaxed) }
}
