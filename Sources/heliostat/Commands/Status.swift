internal import ArgumentParser
internal import HelioDaemon

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a node is doing and which repositories are in trouble.")

    @OptionGroup var node: NodeOptions

    @OptionGroup var picture: PictureOptions

    func run() throws {
        try picture.draw {
            let (overview, answer) = try node.ask { administration throws(AdministrationError) in try administration.overview() }
            return (overview.lines(width: Output.width, hasColour: Output.hasColour), answer)
        }
    }
}
