internal import ArgumentParser
internal import HelioDaemon

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a node is doing and which repositories are in trouble.")

    @OptionGroup var node: NodeOptions

    @Flag(help: "Draw again every second until interrupted.")
    var watch = false

    @Flag(help: "Print what the node answers, as JSON.")
    var json = false

    func run() throws {
        try Picture(watch: watch).draw {
            let (overview, raw) = try node.ask { administration throws(AdministrationError) in try administration.overview() }
            return json ? .json(raw) : .lines(overview.lines(width: Output.width, hasColour: Output.hasColour))
        }
    }
}
