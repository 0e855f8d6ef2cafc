internal import ArgumentParser
internal import Dispatch
internal import Glibc
internal import HelioDaemon

@main
enum Program {
    /// Not async: an asynchronous `main` opens descriptors before its first line runs, and would open them as standard streams.
    static func main() {
        StandardStreams.complete()
        Task.detached {
            await Heliostat.main()
            exit(0)
        }
        dispatchMain()
    }
}

struct Heliostat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heliostat",
        abstract: "A mirror of Git repositories that says how far it has come.",
        discussion: """
            Exit codes: 0 done, 1 failed, 64 wrong usage, 78 wrong configuration. diff has its own, see its help.
            """,
        subcommands: [
            Serve.self, CheckConfig.self, Status.self, Sync.self, Vet.self, Hashes.self, Diff.self, Farm.self, Notify.self, Drain.self, Undrain.self,
            Webhooks.self, VersionCommand.self,
        ])
}
