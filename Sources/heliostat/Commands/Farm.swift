internal import ArgumentParser
internal import HelioDaemon

struct Farm: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the nodes of the farm, as one of them sees it.",
        discussion: """
            For each node its state, what its /status and /readyz answer (s: strict), its lag, and whether it holds what most nodes \
            hold. The node that is asked is marked with *.
            """)

    @OptionGroup var node: NodeOptions

    @Flag(help: "Draw again every second until interrupted.")
    var watch = false

    @Flag(help: "Print what the node answers, as JSON.")
    var json = false

    func run() throws {
        try Picture(watch: watch).draw {
            let (report, raw) = try node.ask { administration throws(AdministrationError) in try administration.farm() }
            return json ? .json(raw) : .lines(report.lines(width: Output.width, hasColour: Output.hasColour))
        }
    }
}
