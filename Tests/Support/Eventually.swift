import Foundation

/// What a sanitizer looks at is several times as slow; `scripts/test --sanitize` says that one does.
private let patience: Double = ProcessInfo.processInfo.environment["HELIOSTAT_SANITIZER"] == nil ? 1 : 5

/// A condition that did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Waits for `condition`, asked every 5 ms, instead of sleeping for as long as it might take.
///
/// - Parameter seconds: five times as many under a sanitizer.
/// - Throws: `NeverHappened` after that, and whatever `condition` throws.
public func eventually(
    within seconds: Double = 10, _ what: String, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds * patience)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened("not within \(seconds * patience) s: \(what)") }
        try await Pace.take(.milliseconds(5))
    }
}
