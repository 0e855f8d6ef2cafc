import HelioLock
import Synchronization

/// How many connections a server has open, on all its loops. Any thread.
public final class OpenConnections: Sendable {
    private let count = Atomic(0)
    private let loops = Locked<[@Sendable () -> Void]>([])

    public init() {}

    public var value: Int { count.load(ordering: .relaxed) }

    func add(_ change: Int) { count.add(change, ordering: .relaxed) }

    /// - Parameter makeRoom: called on any thread when there are too many, and the loop that has a newcomer finds none of its own to close.
    func join(_ makeRoom: @escaping @Sendable () -> Void) { loops.withLock { $0.append(makeRoom) } }

    /// Asks every loop.
    /// - Returns: false where there is but one, which has looked already.
    func askForRoom() -> Bool {
        let loops = loops.withLock { $0 }
        guard loops.count > 1 else { return false }
        for makeRoom in loops { makeRoom() }
        return true
    }
}
