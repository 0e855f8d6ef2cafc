internal import ArgumentParser

@main
struct Heliostat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heliostat",
        abstract: "A mirror of Git repositories that says how far it has come.",
        discussion: """
            Exit codes: 0 done, 1 failed, 64 wrong usage, 78 wrong configuration.
            """,
        subcommands: [
            Serve.self, CheckConfig.self, Status.self, Sync.self, Vet.self, Hashes.self, Notify.self, Drain.self, Undrain.self,
            VersionCommand.self,
        ])
}
