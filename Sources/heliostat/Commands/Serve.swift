internal import ArgumentParser
internal import HelioDaemon

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the node until it is told to stop (SIGTERM, SIGINT).",
        discussion: "SIGHUP reads the configuration again; a second SIGTERM skips the waiting.")

    @OptionGroup var file: ConfigurationOption

    func run() async throws {
        let code = await Daemon.serve(configurationPath: file.path)
        ProcessExit.insist(on: code)
        if code != 0 { throw ExitCode(code) }
    }
}
