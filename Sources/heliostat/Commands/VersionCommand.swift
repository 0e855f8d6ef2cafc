internal import ArgumentParser
internal import HelioDaemon

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    @Flag(help: "Print it as JSON.")
    var json = false

    func run() throws {
        try Output.line(json ? "{\"version\":\"\(Version.number)\"}" : "heliostat \(Version.number)")
    }
}
