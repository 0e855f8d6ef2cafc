internal import ArgumentParser
internal import HelioDaemon

struct Hashes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the hashes of a directory of repositories, as a node prints those of its own.",
        discussion:
            "For the upstream's side: the output compares with GET /rest/mirroring/latest/repo-hashes of a mirror by plain diff.")

    @Argument(help: ArgumentHelp("The directory that holds KEY/slug.git.", valueName: "path"))
    var path: String

    @OptionGroup var exclusion: ExclusionOption

    func run() async throws {
        do {
            let unreadable = try await HashesOfDirectory.write(path: path, excluding: exclusion.patterns, to: Output.bytes)
            for line in unreadable { Output.error("heliostat: left out: \(line)") }
            if !unreadable.isEmpty { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            throw Exit.failed("\(error)")
        }
    }
}
