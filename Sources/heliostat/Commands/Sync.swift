internal import ArgumentParser
internal import HelioDaemon

struct Sync: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Synchronise now: one repository, a project, or everything.",
        discussion: "Prints the id of the run at once; with --wait, how it ended, and then exits with 1 unless that was success.")

    @Argument(help: ArgumentHelp("One repository.", valueName: "KEY/slug"))
    var repository: String?

    @Option(help: ArgumentHelp("Every repository of one project.", valueName: "KEY"))
    var project: String?

    @Flag(help: "Accept once that repositories of the scope (all, --project, or one) are gone, although the purge guard holds that back.")
    var acceptDeletions = false

    @Flag(help: "Wait until it is over.")
    var wait = false

    @OptionGroup var node: NodeOptions

    func validate() throws {
        guard repository == nil || project == nil else { throw ValidationError("Give KEY/slug or --project, not both.") }
        _ = try target()
    }

    func run() throws {
        let (target, acceptDeletions) = (try target(), acceptDeletions)
        let id = try node.ask { administration throws(AdministrationError) in
            try administration.sync(target, acceptDeletions: acceptDeletions)
        }
        guard wait else { return try Output.line(id) }
        try RunWatch(node: node).wait(for: id)
    }

    private func target() throws -> Administration.Target {
        if let project { return .project(project) }
        guard let repository else { return .everything }
        return try validated(repository: repository)
    }
}

/// - Throws: a usage error when it is not `KEY/slug`.
func validated(repository: String) throws -> Administration.Target {
    do throws(Administration.NameProblem) {
        return try Administration.Target(repository: repository)
    } catch {
        throw ValidationError("'\(repository)' is not KEY/slug: \(error.why).")
    }
}
