internal import ArgumentParser
internal import HelioDaemon

/// Seconds. The node gives its store eight.
private let storePatience = 10.0

struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take a node out of the balancer: /status and /readyz answer status.drain_code (503) until undrain, or a restart.",
        discussion: "It goes on synchronising, and serves what it is asked.")

    @Option(help: ArgumentHelp("Why, for those who look at the node.", valueName: "text"))
    var reason = "asked by command line"

    @Flag(help: "Stay drained over restarts of the node, until undrain.")
    var keep = false

    @OptionGroup var node: NodeOptions

    func run() throws {
        let (reason, keep) = (reason, keep)
        try node.ask(within: storePatience) { administration throws(AdministrationError) in
            try administration.drain(reason: reason, isKept: keep)
        }
    }
}

struct Undrain: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Put a drained node back.")

    @OptionGroup var node: NodeOptions

    func run() throws {
        try node.ask(within: storePatience) { administration throws(AdministrationError) in try administration.undrain() }
    }
}
