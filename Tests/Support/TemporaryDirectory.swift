import Foundation

/// A directory of a test's own, removed with everything in it when the last reference goes.
public final class TemporaryDirectory: Sendable {
    /// Absolute and without symbolic links, so that it can be compared with what programs print.
    public let path: String

    public init() throws {
        let template = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        path = template + "/heliostat-test-" + UUID().uuidString.suffix(12) // short: a socket's path has 108 bytes
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        // What cannot be removed is left to the system's own cleaning: a test has already said what it had to say.
        try? FileManager.default.removeItem(atPath: path)
    }
}
