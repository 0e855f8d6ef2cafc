import Foundation
import Glibc
import HelioGit
import HelioNode
import TestSupport

/// An upstream directory, a data directory and real git, all of one test's own.
final class Farm: Sendable {
    private let directory = try! TemporaryDirectory()  // a test without a directory cannot say anything
    let git: Git
    let copies: LocalCopies
    let upstream: DirectoryUpstream

    var root: String { directory.path }
    var upstreamRoot: String { root + "/up" }
    var data: String { root + "/data" }

    init(_ configure: (inout GitConfiguration) -> Void = { _ in }) throws {
        var configuration = GitConfiguration(data: directory.path + "/data")
        configuration.killGrace = .milliseconds(300)
        configure(&configuration)
        git = try Git(configuration)
        copies = LocalCopies(git: git)
        upstream = try DirectoryUpstream(path: directory.path + "/up", git: git)
        try FileManager.default.createDirectory(atPath: upstreamRoot, withIntermediateDirectories: true)
    }

    /// Runs a script in the test's directory, where `up` and `data` are, and fails with its stderr when it fails.
    @discardableResult
    func sh(_ script: String, environment: [String: String] = [:]) throws -> String {
        try Shell.run(script, in: root, environment: environment)
    }

    /// A bare upstream repository with one commit on `main`, and a clone of it at `work/KEY/slug` to push from.
    func make(_ name: String, format: String = "sha1") throws {
        try sh("""
            git init -q --bare --object-format=\(format) 'up/\(name).git'
            git init -q --object-format=\(format) 'work/\(name)' && git -C 'work/\(name)' remote add origin "$PWD/up/\(name).git"
            cd 'work/\(name)' && echo one > file && git add file && git commit -qm one && git push -q origin HEAD:main
            """)
    }

    func repository(_ name: String) async throws -> Repository {
        guard let found = try await upstream.find(try RepositoryName(ByteString(name))) else { throw Missing(name: name) }
        return found.repository
    }

    /// Both phases, as the daemon runs them when nothing goes wrong.
    @discardableResult
    func sync(_ name: String, rebuild: Bool = false) async throws -> Preparation {
        let preparation = try await prepare(name, rebuild: rebuild)
        if case .change(let change, let staged) = preparation { try await copies.apply(change, staged: staged) }
        return preparation
    }

    func prepare(_ name: String, rebuild: Bool = false) async throws -> Preparation {
        try await copies.prepare(try await repository(name), upstream: upstream, lastKnownHead: nil, rebuild: rebuild)
    }

    func copy(_ name: String) -> String { data + "/repositories/\(name).git" }

    /// The formula by which anyone can check a content hash.
    func formula(_ repository: String) throws -> String {
        try sh("""
            export GIT_DIR='\(repository)'
            (git for-each-ref --format='%(objectname) %(refname)' 2>/dev/null | { grep -v ' refs/heliostat/' || true; }
             echo "HEAD $(git symbolic-ref -q HEAD || git rev-parse HEAD)") | sha256sum | cut -c1-64
            """).trimmed
    }

    /// Whether the copy hashes as the upstream does, by the formula and by us, and is whole.
    func isMirrored(_ name: String) async throws -> Bool {
        let expected = try formula("up/\(name).git")
        guard let snapshot = try await copies.snapshot(of: try RepositoryName(ByteString(name))) else { return false }
        try sh("git --git-dir='\(copy(name))' fsck --full --strict 2>&1 >fsck.out || { cat fsck.out >&2; exit 1; }")
        return try formula(copy(name)) == expected && ContentHash.of(snapshot).description == expected
    }
}

struct Missing: Error { let name: String }

/// Looks at files as somebody to whom no mode gives what it gives root, on this thread alone.
func asNobody<T>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
    _ = setfsuid(65534)
    defer { _ = setfsuid(0) }
    return try body()
}

/// The user as whom a thread looks at files (setfsuid(2)); Glibc's module does not show it.
@_silgen_name("setfsuid") private func setfsuid(_ user: uid_t) -> Int32

extension String {
    var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

/// Runs shell scripts with a git that knows nothing of this machine's settings.
enum Shell {
    struct Failed: Error, CustomStringConvertible { let description: String }

    static let git = [
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_COUNT": "3", "GIT_CONFIG_KEY_0": "init.defaultBranch",
        "GIT_CONFIG_VALUE_0": "main", "GIT_CONFIG_KEY_1": "safe.directory", "GIT_CONFIG_VALUE_1": "*",
        "GIT_CONFIG_KEY_2": "protocol.file.allow", "GIT_CONFIG_VALUE_2": "always",
    ]

    /// posix_spawn and not Foundation's `Process`: that waits until background children, too, have ended, and hands on the
    /// signal mask of whichever thread it runs on.
    static func run(_ script: String, in directory: String, environment: [String: String] = [:]) throws -> String {
        let output = directory + "/.out-" + UUID().uuidString
        defer { unlink(output) }
        let process = try spawn(["/bin/sh", "-ec", "cd '\(directory)'\n\(script)"], git.merging(environment) { $1 }, output: output)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self)
        guard status == 0 else { throw Failed(description: "\(script)\n\(text)") }
        return text
    }

    static func spawn(_ arguments: [String], _ environment: [String: String], output: String) throws -> pid_t {
        var (actions, attributes, mask) = (posix_spawn_file_actions_t(), posix_spawnattr_t(), sigset_t())
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer { posix_spawn_file_actions_destroy(&actions); posix_spawnattr_destroy(&attributes) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, arguments[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw Failed(description: "\(arguments[0]): \(code)") }
        return process
    }
}
