internal import ArgumentParser
internal import HelioDaemon

struct Vet: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare every hash with the upstream's now, and repair what differs.",
        discussion: "Prints the id of the vet at once; with --wait, how it ended, and then exits with 1 unless that was success.")

    @Flag(help: "Wait until it is over.")
    var wait = false

    @OptionGroup var node: NodeOptions

    func run() throws {
        let id = try node.ask { administration throws(AdministrationError) in try administration.vet() }
        guard wait else { return try Output.line(id) }
        try RunWatch(node: node).wait(for: id)
    }
}
