internal import ArgumentParser
internal import HelioDaemon

/// `--config`, for commands that read the whole file.
struct ConfigurationOption: ParsableArguments {
    @Option(name: [.customShort("c"), .customLong("config")], help: ArgumentHelp("The configuration file.", valueName: "file"))
    var path = NodeConfiguration.defaultPath
}

/// `--ca-file`, for commands that speak to nodes over TLS.
struct AuthoritiesOption: ParsableArguments {
    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp("Certificates (PEM) to believe over https, instead of those that the system believes.", valueName: "file"))
    var file: String?
}

/// What an upstream that is read directly leaves out, as the node does that it is compared with.
struct ExclusionOption: ParsableArguments {
    @Option(
        name: .customLong("exclude"),
        help: ArgumentHelp(
            "Refs to leave out of a directory of repositories: what sync.refs.exclude of the node says, once for each pattern. A node that lets its disk be looked at tells it itself.",
            valueName: "pattern"))
    var patterns: [String] = []

    func validate() throws {
        guard patterns.allSatisfy({ $0.utf8.starts(with: "refs/".utf8) }) else {
            throw ValidationError("--exclude takes patterns of full ref names such as refs/pull.")
        }
    }
}

/// Which node is asked, and for how long.
struct NodeOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(
        help: ArgumentHelp(
            "The node's administration socket, instead of the one that the configuration leads to.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("How long an answer may take.", valueName: "seconds"))
    var timeout = 1.0

    func validate() throws {
        guard (0.001...3600).contains(timeout) else { throw ValidationError("--timeout takes 0.001 to 3600 seconds.") }
    }

    var limit: Duration { .seconds(timeout) }

    func client(atLeast minimum: Double = 0) throws -> NodeClient {
        try NodeClient(.socket(socketPath()), timeout: .seconds(max(timeout, minimum)))
    }

    private func socketPath() throws -> String {
        if let socket { return socket }
        do {
            return try NodeConfiguration.socket(configurationPath: configuration.path)
        } catch {
            throw Exit.configuration(error)
        }
    }

    /// Asks the node; what goes wrong is said in one line, and the exit code is 1.
    /// - Parameter minimum: seconds that are waited even if less was asked for.
    func ask<Value>(within minimum: Double = 0, _ question: (Administration) throws(AdministrationError) -> Value) throws -> Value {
        let administration = Administration(try client(atLeast: minimum))
        do throws(AdministrationError) {
            return try question(administration)
        } catch {
            throw Exit.failed(error.description)
        }
    }
}
