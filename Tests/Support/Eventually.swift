/// A condition that did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Waits for `condition`, asked every 5 ms, instead of sleeping for as long as it might take.
///
/// - Parameter seconds: `Patience.factor` times as many under a sanitizer.
/// - Throws: `NeverHappened` after that, and whatever `condition` throws.
public func eventually(
    within seconds: Double = 10, _ what: String, _ condition: () async throws -> Bool
) async throws {
    let seconds = seconds * Double(Patience.factor)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened("not within \(seconds) s: \(what)") }
        try await Pace.take(.milliseconds(5))
    }
}
