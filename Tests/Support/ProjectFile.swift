public import Foundation

/// Files of the project itself, as they are shipped.
public enum ProjectFile {
    /// The checked-out repository that this file stands in.
    public static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    public static func path(_ name: String) -> String { top.appending(path: name).path }

    public static func text(_ name: String) throws -> String { try String(contentsOf: top.appending(path: name), encoding: .utf8) }
}
