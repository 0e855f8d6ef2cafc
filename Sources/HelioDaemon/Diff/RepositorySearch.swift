internal import Foundation

/// Whether a directory holds bare repositories at all. It stops at the first, and a node's own copies are none.
enum RepositorySearch {
    private static let depthLimit = 5
    /// Directories that are looked into; where there are more without a repository, there hardly is one.
    private static let lookLimit = 10_000
    private static let nodesOwn: Set = ["repositories", "staging", "trash", "git"]

    static func finds(below path: String) -> Bool {
        var looks = lookLimit
        return finds(path, depth: depthLimit, &looks)
    }

    private static func finds(_ directory: String, depth: Int, _ looks: inout Int) -> Bool {
        // What cannot be looked into shows nothing.
        guard depth > 0, looks > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return false }
        looks -= 1
        let passed = names.contains("heliostat.db") ? nodesOwn : []
        var below: [String] = []
        for name in names where name.first != "." && !passed.contains(name) {
            let path = directory + "/" + name
            var status = stat()
            if name.hasSuffix(".git"), stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return true }
            // Not through links, which could lead round in a circle.
            if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { below.append(path) }
        }
        return below.contains { finds($0, depth: depth - 1, &looks) }
    }
}
