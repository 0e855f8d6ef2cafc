internal import ArgumentParser
internal import HelioDaemon

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a node is doing and which repositories are in trouble.")

    @OptionGroup var node: NodeOptions

    @OptionGroup var picture: PictureOptions

    @Flag(help: "List up to 1000 repositories in trouble instead of the 20 worst.")
    var all = false

    func run() throws {
        try picture.draw {
            let (overview, answer) = try node.ask { administration throws(AdministrationError) in
                try administration.overview(listsAll: all)
            }
            return (overview.lines(width: Output.width, hasColour: Output.hasColour), answer)
        }
    }
}
