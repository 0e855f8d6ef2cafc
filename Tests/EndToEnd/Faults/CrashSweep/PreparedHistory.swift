import Foundation
import TestSupport

/// Repositories whose histories are there before anything happens, so that a push moves refs and does nothing else, and everything
/// that an upstream ever had is known.
final class PreparedHistory: Sendable {
    static let names = (0..<3).map { "P/r\($0)" }
    /// Pushes to each repository.
    static let steps = 17
    /// Tags that come with one push and go with the next, so that few pushes are many renames and unlinks.
    private static let tags = 12

    let path: String
    /// By repository: what `main` has been, from the first on.
    let commits: [String: [String]]
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path + "/prepared"
        var commits: [String: [String]] = [:]
        for name in Self.names {
            let repository = "\(path)/\(name).git"
            try Shell().run("git", "init", "--quiet", "--bare", "-b", "main", repository)
            let shell = Shell(environment: ["GIT_DIR": repository])
            try shell.run(["git", "fast-import", "--quiet"], input: Self.stream(name))
            commits[name] = try shell.run("git", "rev-list", "--reverse", "main").split(separator: "\n").map(String.init)
            try shell.run("git", "update-ref", "refs/heads/main", commits[name]?.first ?? "")
        }
        self.commits = commits
    }

    private static func stream(_ name: String) -> String {
        (0...steps).map { step in
            """
            commit refs/heads/main
            committer C <c@example.org> \(1_700_000_000 + step) +0000
            data \(name.utf8.count)
            \(name)
            M 100644 inline file
            data \("\(step)".utf8.count)
            \(step)

            """
        }.joined(separator: "\n")
    }

    /// What a push does to the refs, for `git update-ref --stdin`.
    func push(_ step: Int, of name: String) -> String {
        let tip = commits[name]?[step] ?? ""
        let tags = (0..<Self.tags).map { step % 2 == 1 ? "create refs/tags/t\($0) \(tip)\n" : "delete refs/tags/t\($0)\n" }
        return "update refs/heads/main \(tip)\n" + tags.joined()
    }
}
