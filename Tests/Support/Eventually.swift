/// A condition did not become true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String
}

/// Waits until `condition` holds, looking every few milliseconds.
public func eventually(
    within seconds: Double = 10, _ what: String, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(description: "not within \(seconds) s: \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
