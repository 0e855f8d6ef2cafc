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

    @OptionGroup var picture: PictureOptions

    func run() throws {
        try picture.draw {
            let (report, answer) = try node.ask { administration throws(AdministrationError) in try administration.farm() }
            return (report.lines(width: Output.width, hasColour: Output.hasColour), answer)
        }
    }
}
