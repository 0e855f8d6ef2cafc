internal import ArgumentParser
internal import HelioDaemon

struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check a configuration without starting anything.",
        discussion: """
            Prints "ok", or every mistake with file, line and column, and then exits with 78. Variables HELIOSTAT_… count \
            as they would at a start, and files of secrets are looked at.
            """)

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        let loaded: LoadedConfiguration
        do throws(ConfigurationError) {
            loaded = try NodeConfiguration.load(path: file.path)
        } catch {
            throw Exit.configuration(error)
        }
        for warning in loaded.warnings { Output.error("warning: \(warning)") }
        try Output.line("ok")
    }
}
