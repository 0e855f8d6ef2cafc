import Foundation
import Glibc
@testable import HelioGit
import HelioNode
import TestSupport
import Testing

/// git that hangs, spins, floods, and is left behind. The hanging programs are scripts in git's place.
@Suite struct ProcessTests {
    private func farm(_ script: String, _ configure: (inout GitConfiguration) -> Void = { _ in }) throws -> (Farm, String) {
        let scripts = try TemporaryDirectory()
        let program = scripts.path + "/git"
        try "#!/bin/sh\n\(script)\n".write(toFile: program, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let farm = try Farm {
            $0.program = program
            configure(&$0)
        }
        try farm.sh("mkdir keep && cp \(program) keep/git")  // the directory of the script goes when this returns
        let moved = try Farm {
            $0.program = farm.root + "/keep/git"
            configure(&$0)
        }
        kept.withLock { $0.append(farm) }
        return (moved, farm.root)
    }

    private let kept = Kept()

    private func failure(_ farm: Farm, total: Duration = .seconds(60)) async -> Failure? {
        do { _ = try await farm.git.run(GitCommand(["x"], total: total)) } catch { return error }
        return nil
    }

    @Test func silence_IsNoProgressAndTheWholeGroupDies() async throws {
        // The child ignores TERM and outlives its parent.
        let (farm, _) = try farm("(trap '' TERM; exec sleep 1000) & echo $! > $HOME/child; sleep 1000") { $0.noProgress = .milliseconds(200) }
        let failure = await failure(farm)
        #expect(failure?.reason == .noProgress)
        let child = try #require(pid_t(try farm.sh("cat data/git/home/child").trimmed))
        #expect(ProcessGroup.member(child)?.isZombie ?? true)
    }

    @Test func bytesOnStderr_AreProgress() async throws {
        let (farm, _) = try farm("i=0; while [ $i -lt 60 ]; do i=$((i+1)); sleep 0.1; echo $i >&2; done") { $0.noProgress = .seconds(4) }
        #expect(await failure(farm) == nil)
    }

    @Test func cpuTime_IsProgress() async throws {
        let (farm, _) = try farm("i=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done") { $0.noProgress = .milliseconds(1000) }
        #expect(await failure(farm) == nil)
    }

    @Test func growthOfObjects_IsProgress() async throws {
        let (farm, _) = try farm("i=0; while [ $i -lt 60 ]; do i=$((i+1)); sleep 0.1; echo $i >> $HOME/r/objects/pack/tmp_pack_x; done") { $0.noProgress = .seconds(4) }
        try farm.sh("mkdir -p data/git/home/r/objects/pack")
        var command = GitCommand(["x"], total: .seconds(60))
        command.growing = farm.data + "/git/home/r"
        #expect(try await farm.git.run(command).status == .exited(0))
    }

    /// Bounded by itself: without the deadline the work would go on for ever, since it uses CPU and so makes progress.
    @Test(.timeLimit(.minutes(1))) func endlessWork_EndsAtTheDeadline() async throws {
        let (farm, _) = try farm("while :; do :; done")
        #expect(await failure(farm, total: .milliseconds(200))?.reason == .deadline)
    }

    @Test func cancellation_KillsTheGroup() async throws {
        let (farm, _) = try farm("trap '' TERM; (exec sleep 1000) & echo $! > $HOME/child.new; mv $HOME/child.new $HOME/child; while :; do sleep 0.05; done")
        let task = Task { await failure(farm) }
        try await eventually(within: 40, "the child runs") { FileManager.default.fileExists(atPath: farm.data + "/git/home/child") }
        let child = try #require(pid_t(try farm.sh("cat data/git/home/child").trimmed))
        task.cancel()
        #expect(await task.value?.reason == .cancelled)
        #expect(ProcessGroup.member(child)?.isZombie ?? true)
    }

    @Test func floodOfStderr_IsBoundedEscapedAndRedacted() async throws {
        let (farm, _) = try farm("yes 'remote: noise' | head -c 20000000 >&2; printf '\\nfatal: \\033[31mno https://user:hunter2@host/x\\007\\n' >&2; exit 128")
        let result = try await farm.git.run(GitCommand(["x"], total: .seconds(60)))
        #expect(result.errors.count <= StderrTail.limit)
        let failure = #expect(throws: Failure.self) { _ = try result.checked() }
        #expect(failure?.message == "fatal: \\u{1b}[31mno https://host/x\\u{7}")
    }

    @Test func floodOfOutput_IsRejected() async throws {
        // A flood with an end, then silence: what takes it all must not take the machine's memory, and has to wait.
        let (farm, _) = try farm("yes | head -c 10000000; exec sleep 1000")
        var command = GitCommand(["x"], total: .seconds(20))
        command.outputLimit = 100_000
        let failure = await #expect(throws: Failure.self) { _ = try await farm.git.run(command) }
        #expect(failure?.reason == .rejected)
    }

    /// What is kept, and not only what is shown of it: a first copy may write to stderr for hours.
    @Test(arguments: [1, 4096, StderrTail.limit, 10 * StderrTail.limit]) func tailOfStderr_KeepsNoMoreThanTwiceItsLimit(chunk: Int) {
        var tail = StderrTail()
        let noise = [UInt8](repeating: 0x2E, count: chunk)
        var most = 0
        for _ in 0..<(4 * StderrTail.limit / chunk + 4) {
            noise.withUnsafeBytes { tail.append($0) }
            most = max(most, tail.kept.count)
        }
        #expect(most <= 2 * StderrTail.limit)
        Array("end".utf8).withUnsafeBytes { tail.append($0) }
        #expect(tail.bytes.count == StderrTail.limit && tail.bytes.suffix(3) == Array("end".utf8))
    }

    @Test func environment_IsBuiltAndNotInherited() async throws {
        setenv("GIT_DIR", "/evil", 1)
        setenv("LD_HELIOSTAT_TEST", "evil", 1)
        defer { unsetenv("GIT_DIR"); unsetenv("LD_HELIOSTAT_TEST") }
        let (farm, _) = try farm("env")
        let result = try await farm.git.run(GitCommand(["x"], total: .seconds(60)))
        let output = String(decoding: result.output, as: UTF8.self)
        #expect(!output.contains("evil") && output.contains("GIT_TERMINAL_PROMPT=0") && output.contains("GIT_ALLOW_PROTOCOL=none"))
        let names = output.split(separator: "\n").map { $0.prefix { $0 != "=" } }
        #expect(names.allSatisfy { $0.hasPrefix("GIT_") || $0.hasPrefix("HELIOSTAT_") || $0.hasPrefix("SSH_ASKPASS")
            || ["PATH", "HOME", "XDG_CONFIG_HOME", "LC_ALL", "TZ", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_"].contains($0) })
    }

    @Test func inputThatNobodyReads_IsNoFailure() async throws {
        let (farm, _) = try farm("exit 0")
        var command = GitCommand(["x"], total: .seconds(60))
        command.input = Array(repeating: 0x61, count: 1 << 20)
        #expect(try await farm.git.run(command).status == .exited(0))
    }

    @Test func missingProgram_IsInternal() async throws {
        let farm = try Farm { $0.program = "/nonexistent/git" }
        #expect(await failure(farm)?.reason == .internal)
    }

    @Test func sweep_EndsWhatAKilledNodeLeft() async throws {
        let farm = try Farm()
        // A session of its own with our marker, as a child has whose node was killed; a child of it ignores TERM.
        let marker = try String(contentsOfFile: farm.data + "/git/node", encoding: .utf8)
        try farm.sh("""
            HELIOSTAT_NODE=\(marker) setsid sh -c 'trap "" TERM; sleep 1000 & echo $$ $! > pids.new; mv pids.new pids; wait' > /dev/null 2>&1 &
            HELIOSTAT_NODE=other setsid sh -c 'echo $$ > other.new; mv other.new other; exec sleep 1000' > /dev/null 2>&1 &
            """)
        try await eventually(within: 40, "both run") { ["pids", "other"].allSatisfy { FileManager.default.fileExists(atPath: farm.root + "/" + $0) } }
        let pids = try farm.sh("cat pids").split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        let other = try #require(pid_t(try farm.sh("cat other").trimmed))
        defer { kill(other, SIGKILL) }
        try farm.sh("mkdir -p data/staging/half.git && touch data/staging/half.git/HEAD.lock")
        let fresh = try LocalCopies(git: Git(farm.git.configuration))
        #expect(try await fresh.sweep().isEmpty)
        #expect(pids.count == 2 && pids.allSatisfy { ProcessGroup.member($0)?.isZombie ?? true })
        #expect(ProcessGroup.member(other).map { !$0.isZombie } == true)
        #expect(try farm.sh("ls data/staging | wc -l").trimmed == "0")
    }
}

/// Keeps the directories of scripts until the test is over.
private final class Kept: @unchecked Sendable {  // under its lock
    private let lock = NSLock()
    private var farms: [Farm] = []
    func withLock(_ body: (inout [Farm]) -> Void) { lock.withLock { body(&farms) } }
}
