import Foundation

/// A directory of real bare repositories, and a working copy to push from.
final class UpstreamFixture: Sendable {
    let path: String
    private let work: String

    init(in directory: String) throws {
        path = directory + "/upstream"
        work = directory + "/work"
        for folder in [path, work] { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    }

    func repository(_ name: String) -> String { "\(path)/\(name).git" }

    /// A repository with `commits` commits on `main`.
    func create(_ name: String, commits: Int = 1) throws {
        try Shell().run("git", "init", "--quiet", "--bare", "-b", "main", repository(name))
        for number in 0..<commits { try commit(name, message: "commit \(number)") }
    }

    /// Many small repositories at once, as copies of one.
    func create(count: Int, project: String) throws -> [String] {
        try create("\(project)/r0", commits: 2)
        let names = (0..<count).map { "\(project)/r\($0)" }
        for name in names.dropFirst() {
            try Shell().run("cp", "-r", repository("\(project)/r0"), repository(name))
        }
        return names
    }

    /// Adds a commit to a branch, as a push of one would.
    /// - Returns: its object id.
    @discardableResult
    func commit(_ name: String, branch: String = "main", message: String) throws -> String {
        let git = repository(name)
        let blob = try Shell().run(["git", "--git-dir", git, "hash-object", "-w", "--stdin"], input: message)
        let tree = try Shell().run(["git", "--git-dir", git, "mktree"], input: "100644 blob \(blob)\tfile\n")
        let tip = try Shell().attempt(["git", "--git-dir", git, "rev-parse", "-q", "--verify", "refs/heads/\(branch)"])
        let parent = tip.status == 0 ? ["-p", tip.output] : []
        let commit = try Shell().run(["git", "--git-dir", git, "commit-tree", tree, "-m", message] + parent)
        try Shell().run("git", "--git-dir", git, "update-ref", "refs/heads/\(branch)", commit)
        return commit
    }

    @discardableResult
    func git(_ name: String, _ arguments: String...) throws -> String {
        try Shell().run(["git", "--git-dir", repository(name)] + arguments)
    }

    /// The content hash by the shell formula that anyone can run.
    static func contentHash(of repository: String) throws -> String {
        let formula = """
            (git for-each-ref --format='%(objectname) %(refname)' | grep -v ' refs/heliostat/'; \
            echo "HEAD $(git symbolic-ref -q HEAD || git rev-parse HEAD)") | sha256sum
            """
        let shell = Shell(environment: ["GIT_DIR": repository])
        return String(try shell.run("sh", "-c", formula).prefix(64))
    }
}
