/// A condition that did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Waits for `condition` instead of sleeping for as long as it might take.
///
/// It is asked every 5 ms, or after as long as the last asking took, up to 100 ms: many a condition starts programs, and asking must not take
/// the processor from what is waited for.
/// - Parameter seconds: `Patience.factor` times as many under a sanitizer.
/// - Throws: `NeverHappened` after that, and whatever `condition` throws.
public func eventually(
    within seconds: Double = 10, _ what: String, _ condition: () async throws -> Bool
) async throws {
    let seconds = seconds * Double(Patience.factor)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        let asked = ContinuousClock.now
        if try await condition() { return }
        let now = ContinuousClock.now
        guard now < deadline else { throw NeverHappened("not within \(seconds) s: \(what)") }
        try await Pace.take(min(max(now - asked, .milliseconds(5)), .milliseconds(100)))
    }
}
