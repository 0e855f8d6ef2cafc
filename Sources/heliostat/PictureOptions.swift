internal import ArgumentParser
internal import Glibc

/// How a command shows what a node answers: once, or every second until it is interrupted; as text, or as it came.
struct PictureOptions: ParsableArguments {
    @Flag(help: "Draw again every second until interrupted.")
    var watch = false

    @Flag(help: "Print what the node answers, as JSON.")
    var json = false

    /// - Parameter make: the lines of a picture of so many columns, and the answer that they show.
    func draw(_ make: () throws -> (lines: [String], answer: [UInt8])) throws {
        guard watch else { return try show(make()) }
        try show(make(), from: "\u{1B}[2J")
        while true {
            // The only thing this process does is to wait for the next picture.
            sleep(1)
            // A node that is away for a while is waited for; a reader that is gone is not.
            let picture: (lines: [String], answer: [UInt8])
            do { picture = try make() } catch is ExitCode { continue }
            try show(picture)
        }
    }

    /// - Parameter start: what clears a terminal before the first picture.
    private func show(_ content: (lines: [String], answer: [UInt8]), from start: String = "") throws {
        guard !json else {
            let isWhole = content.answer.last == UInt8(ascii: "\n")
            return try Output.bytes(content.answer + (isWhole ? [] : [UInt8(ascii: "\n")]))
        }
        try Output.line(watch && Output.isTerminal ? start + Self.redrawn(content.lines) : content.lines.joined(separator: "\n"))
    }

    /// From the top left, clearing what an older picture left behind: no flicker, unlike clearing all first.
    private static func redrawn(_ lines: [String]) -> String {
        "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"
    }
}
