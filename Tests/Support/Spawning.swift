public import Foundation

/// Foundation makes pipes that a program started at the same moment by another thread inherits, and then their end never comes: a
/// reader waits for good. Pipes and programs are made one at a time.
private let spawning = NSLock()

extension Process {
    /// As `run`.
    public func start() throws { try spawning.withLock { try run() } }
}

extension Pipe {
    /// As `init`.
    public static func make() -> Pipe { spawning.withLock { Pipe() } }
}
