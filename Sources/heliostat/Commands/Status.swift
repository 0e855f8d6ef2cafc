internal import ArgumentParser
internal import Glibc
internal import HelioDaemon

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a node is doing and which repositories are in trouble.")

    @OptionGroup var node: NodeOptions

    @Flag(help: "Draw again every second until interrupted.")
    var watch = false

    @Flag(help: "Print what the node answers, as JSON.")
    var json = false

    func run() throws {
        guard watch else { return try show() }
        try show(from: "\u{1B}[2J")
        while true {
            // The only thing this process does is to wait for the next picture.
            sleep(1)
            do { try show() } catch is ExitCode { continue }
        }
    }

    /// - Parameter start: what clears a terminal before the first picture.
    private func show(from start: String = "") throws {
        let (overview, raw) = try node.ask { administration throws(AdministrationError) in try administration.overview() }
        if json {
            try Output.bytes(raw + (raw.last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]))
        } else {
            let lines = overview.lines(width: Output.width, hasColour: Output.hasColour)
            try Output.line(watch && Output.isTerminal ? start + Self.redrawn(lines) : lines.joined(separator: "\n"))
        }
    }

    /// From the top left, clearing what an older picture left behind: no flicker, unlike clearing all first.
    private static func redrawn(_ lines: [String]) -> String {
        "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"
    }
}
