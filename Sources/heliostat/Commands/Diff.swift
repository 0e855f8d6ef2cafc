internal import ArgumentParser
internal import HelioDaemon

struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare two nodes, a node and its upstream, or saved hashes: what differs, and whether it matters.",
        discussion: """
            A side is http://host:port or https://host:port of a node, its administration socket, its configuration or its data directory, a \
            directory that holds KEY/slug.git (an upstream, read directly), a file that holds what repo-hashes answered, or - \
            for such a document on standard input. Where a path may be two things, a word before it decides: node:PATH, \
            upstream:PATH, hashes:PATH.

            What a node claims is held against its disk, where it lets itself be looked at: over its socket, or over TCP with \
            --token-file. Otherwise hashes alone are compared, and refs, objects and bytes are unknown.

            Classes, worst first. claimed-absent: recorded as here, and the data is not. mismatch: something else than \
            recorded or than the other side has, and no lag explains it. missing: not here. lagging: known to be behind. \
            unknown: not computed yet, or not readable now. extra: deleted upstream and not purged. packed-differently: the \
            same content in other packs. What is suspicious is looked at again after --tolerance before it is said.

            Exit codes: 0 nothing that matters, 1 lagging, missing or not readable, 2 critical (claimed-absent or mismatch), 3 \
            could not compare, 64 wrong usage, 78 wrong configuration. A difference in size alone never is critical.
            """)

    @Argument(help: ArgumentHelp("One side.", valueName: "a"))
    var a: String

    @Argument(help: ArgumentHelp("The other side.", valueName: "b"))
    var b: String

    @Flag(help: "Look at everything that the refs lead to, by git rev-list, and not only at what they name. It takes minutes.")
    var full = false

    @Option(
        help: ArgumentHelp(
            "How long after the first look the suspicious is looked at again, such as 30s or 5m. Without it 30s, and 4m where a node tells only hashes.",
            valueName: "duration"))
    var tolerance: String?

    @Option(
        help: ArgumentHelp(
            "A file that holds the token of http.admin_token_file, for nodes over TCP, or that of http.token_file, for their hashes. Given twice, the first is for A and the second for B.",
            valueName: "file"))
    var tokenFile: [String] = []

    @OptionGroup var exclusion: ExclusionOption

    @OptionGroup var authorities: AuthoritiesOption

    @Option(help: ArgumentHelp("How long a node may say nothing.", valueName: "seconds"))
    var timeout = 10.0

    @Flag(help: "Print everything, however long; what is only packed differently too.")
    var all = false

    @Flag(help: "Print the comparison as JSON.")
    var json = false

    func validate() throws {
        guard (0.001...3600).contains(timeout) else { throw ValidationError("--timeout takes 0.001 to 3600 seconds.") }
        guard tokenFile.count <= 2 else { throw ValidationError("--token-file stands at most twice: for A, and for B.") }
        _ = try limit()
    }

    func run() async throws {
        let outcome: DiffOutcome
        do throws(DiffProblem) {
            outcome = try await HelioDaemon.Diff(a, b, try options()).run { line in
                if Output.isWatched { Output.error("heliostat: \(line)") }
            }
        } catch {
            throw Exit.diff(error)
        }
        do { try show(outcome) } catch {
            // Nobody has read what differs, but that it matters is known.
            throw ExitCode(outcome.exitCode == 2 ? 2 : 3)
        }
        if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
    }

    private func show(_ outcome: DiffOutcome) throws {
        guard !json else { return try Output.bytes(outcome.json()) }
        let height = all ? nil : Output.height ?? DiffOutcome.defaultHeight
        try Output.line(outcome.lines(width: Output.width, height: height, hasColour: Output.hasColour).joined(separator: "\n"))
    }

    private func options() throws(DiffProblem) -> HelioDaemon.Diff.Options {
        var options = HelioDaemon.Diff.Options()
        options.closely = full
        options.listsPacking = all
        options.excluded = exclusion.patterns
        options.authoritiesFile = authorities.file
        options.silence = .seconds(timeout)
        // Checked by `validate`.
        options.tolerance = try? limit()
        for path in tokenFile {
            do throws(FileError) { options.tokens.append(try SecretFile.read(path)) } catch {
                throw .incomparable("the token file \(path) \(error.message)")
            }
        }
        return options
    }

    private func limit() throws -> Duration? {
        guard let tolerance else { return nil }
        guard let duration = DiffTolerance.parse(tolerance) else {
            throw ValidationError("--tolerance takes a whole number with a unit, such as 30s, from 0s to 1d.")
        }
        return duration
    }
}

extension Exit {
    static func diff(_ problem: DiffProblem) -> ExitCode {
        switch problem {
        case .usage(let message):
            Output.error("heliostat: \(message)")
            return ExitCode(64)
        case .configuration(let error): return configuration(error)
        case .incomparable(let message):
            Output.error("heliostat: could not compare: \(message)")
            return ExitCode(3)
        }
    }
}
