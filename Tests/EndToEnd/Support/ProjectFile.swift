import Foundation

/// Files of the project itself, as they are shipped.
enum ProjectFile {
    /// The checked-out repository that this file stands in.
    static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ name: String) -> String { top.appending(path: name).path }

    static func text(_ name: String) throws -> String { try String(contentsOf: top.appending(path: name), encoding: .utf8) }
}
