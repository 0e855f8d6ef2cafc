import Glibc
import HelioNode
import Subprocess
import Synchronization
import SystemPackage

extension Git {
    /// Runs git in a session, and so a process group, of its own, until it ends, is ended for lack of progress or at its
    /// deadline, or the task is cancelled. On return no process of the group lives.
    /// - Throws: `.noProgress`, `.deadline`, `.cancelled`, `.rejected` for too much output, `.internal` when git cannot be run.
    ///   What git itself complains about is in the result.
    func run(_ command: GitCommand) async throws(Failure) -> GitResult {
        guard let gate = command.source?.gate else { return try await runNow(command) }
        return try await gate.run { () async throws(Failure) in
            var result = try await runNow(command)
            if result.status == .exited(0) {
                await gate.answered()
            } else if let refusal = Classification.refusal(in: result.errors) {
                let location = command.source?.location ?? ""
                let asked = result.retryAfter.map(HostGate.clamped) ?? Classification.pause
                result.isRefusedByHost = await gate.refused(refusal, of: location, pause: asked)
                // One path of a host does not hold its repository, and with it the node, for longer than a path that says nothing.
                result.retryAfter = result.isRefusedByHost ? asked : min(asked, Classification.pause)
            }
            return result
        }
    }

    private func runNow(_ command: GitCommand) async throws(Failure) -> GitResult {
        let input = try CommandInput(command.input)
        let config = try await TrustingConfig(for: command.source, layout: layout)
        let trace = await ResponseTrace(of: command.source, layout: layout)
        let result: Result<GitResult, Failure>
        do throws(Failure) {
            let environment = try environment(for: command.source, config: config.path).merging(trace.environment) { own, _ in own }
            var ended = try await attempt(command, environment, input: input)
            if Classification.refusal(in: ended.errors) != nil { ended.retryAfter = await trace.retryAfter() }
            result = .success(ended)
        } catch {
            result = .failure(error)
        }
        await trace.remove()
        await config.remove()
        return try result.get()
    }

    private func attempt(_ command: GitCommand, _ environment: [String: String], input: borrowing CommandInput) async throws(Failure) -> GitResult {
        do {
            return try await spawn(command, environment, input: input)
        } catch let failure as Failure {
            throw failure
        } catch {
            if Task.isCancelled { throw Failure(.cancelled, "cancelled") }
            throw Failure(.internal, GitMessage.bounded("git cannot be run: \(GitMessage.escaped("\(error)"))"))
        }
    }

    private func spawn(_ command: GitCommand, _ environment: [String: String], input: borrowing CommandInput) async throws -> GitResult {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [termination]
        let launch = Launch(program, command, configuration)
        try SpareDescriptors.expect()
        let result = try await Subprocess.run(
            launch.executable, arguments: Arguments(launch.arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })),
            workingDirectory: FilePath(layout.home), platformOptions: options,
            input: .fileDescriptor(input.descriptor, closeAfterSpawningProcess: false), output: .sequence, error: .sequence
        ) { execution in await attend(execution, command) }
        let attended = result.closureResult
        if Task.isCancelled { throw Failure(.cancelled, "cancelled") }
        if let failure = attended.failure { throw failure }
        return GitResult(
            status: GitStatus(result.terminationStatus), output: attended.output, errors: attended.errors, isUpstream: command.source != nil)
    }

    /// Looked up here, since swift-subprocess starts a process for each directory of the path that it tries.
    private var program: String? {
        guard !configuration.program.contains("/") else { return configuration.program }
        let candidates = configuration.path.split(separator: ":").map { "\($0)/\(configuration.program)" }
        return candidates.first { access($0, X_OK) == 0 && Files.kind($0) == .file }
    }

    private var termination: TeardownStep {
        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: configuration.killGrace)
    }

    private typealias GitExecution = Execution<FileDescriptorInput, SequenceOutput, SequenceOutput>

    private struct Attended: Sendable {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var failure: Failure?
    }

    private enum Part: Sendable {
        case output(Result<[UInt8], Failure>)
        case errors([UInt8])
        case watch(Failure?)
    }

    /// Reads both streams while the watch looks on. The leader is not reaped before this returns, so its id is still the
    /// group's when what is left of the group is killed.
    private func attend(_ execution: GitExecution, _ command: GitCommand) async -> Attended {
        let activity = Activity()
        let group = execution.processIdentifier.value
        let watch = ProgressWatch(
            group: group, growth: Growth(of: command.growing), noProgress: configuration.noProgress, total: command.total)
        let attended = await withTaskGroup(of: Part.self, returning: Attended.self) { tasks in
            tasks.addTask { .output(await Self.collect(execution.standardOutput, limit: command.outputLimit)) }
            tasks.addTask { .errors(await Self.tail(execution.standardError, activity)) }
            tasks.addTask { .watch(await watch.firstFailure(activity)) }
            return await settle(&tasks, execution)
        }
        // git waits for what it starts, so after a run that ended by itself this finds nothing, and nothing is looked for.
        kill(-group, SIGKILL)
        if attended.failure != nil || Task.isCancelled { await ProcessGroup.end(group) }
        // swift-subprocess 1.0.2 keeps an entry for good for each process whose streams it sees end before the process does.
        await execution.teardown(using: [])
        return attended
    }

    private func settle(_ tasks: inout TaskGroup<Part>, _ execution: GitExecution) async -> Attended {
        var attended = Attended()
        var open = 2
        while let part = await tasks.next() {
            switch part {
            case .output(.success(let bytes)): (attended.output, open) = (bytes, open - 1)
            case .errors(let bytes): (attended.errors, open) = (bytes, open - 1)
            case .output(.failure(let failure)):
                open -= 1
                attended.failure = failure
                await end(execution)
            case .watch(let failure?):
                attended.failure = attended.failure ?? failure
                await end(execution)
            case .watch(nil): break
            }
            if open == 0 { tasks.cancelAll() }
        }
        return attended
    }

    /// TERM, then KILL, to the whole group. swift-subprocess 1.0.2 leaves out the KILL when the leader ends by TERM; a child that outlives
    /// it could write on, and keep the streams open, for as long as it likes. The leader is not reaped yet, as in `attend`.
    private func end(_ execution: GitExecution) async {
        await execution.teardown(using: [termination])
        kill(-execution.processIdentifier.value, SIGKILL)
    }

    /// - Returns: a failure when there is more than `limit`, and when the pipe fails: git may be well then, and a part of what it said would
    ///   be taken for the whole.
    private static func collect(_ stream: SubprocessOutputSequence, limit: Int) async -> Result<[UInt8], Failure> {
        var bytes: [UInt8] = []
        do {
            for try await chunk in stream {
                guard bytes.count + chunk.count <= limit else { return .failure(Failure(.rejected, "git wrote more than is taken")) }
                chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
            }
        } catch {
            return .failure(Failure(.internal, GitMessage.bounded("git's output cannot be read: \(error)")))
        }
        return .success(bytes)
    }

    private static func tail(_ stream: SubprocessOutputSequence, _ activity: Activity) async -> [UInt8] {
        var tail = StderrTail()
        do {
            for try await chunk in stream {
                activity.note(chunk.count)
                chunk.withUnsafeBytes { tail.append($0) }
            }
        } catch {}  // an error of the pipe ends the reading as its end does: the exit status tells whether git was well
        return tail.bytes
    }
}

extension GitStatus {
    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .signaled(let signal): self = .signalled(signal)
        }
    }
}
