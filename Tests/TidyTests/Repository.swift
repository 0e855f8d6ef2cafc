import Foundation

/// The checked-out repository that this test file stands in.
enum Repository {
    static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(of path: String) throws -> String {
        try String(contentsOf: top.appending(path: path), encoding: .utf8)
    }

    /// Every Swift file of ours, read once for all rules.
    static func swiftFiles() throws -> [SourceFile] { try allFiles.get() }

    private static let allFiles = Result {
        try ["Sources", "Tests"].flatMap(filesBelow).filter { $0.hasSuffix(".swift") }.sorted()
            .map { SourceFile($0, try text(of: $0)) }
    }

    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: top.appending(path: folder).path).sorted()
    }

    private static func filesBelow(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: top.appending(path: folder).path).map { folder + "/" + $0 }
    }
}
