internal import ArgumentParser
internal import Glibc

/// What a command shows once, or every second until it is interrupted.
struct Picture {
    enum Content {
        case lines([String])
        case json([UInt8])
    }

    let watch: Bool

    func draw(_ make: () throws -> Content) throws {
        guard watch else { return try show(make()) }
        try show(make(), from: "\u{1B}[2J")
        while true {
            // The only thing this process does is to wait for the next picture.
            sleep(1)
            do { try show(make()) } catch is ExitCode { continue }
        }
    }

    /// - Parameter start: what clears a terminal before the first picture.
    private func show(_ content: Content, from start: String = "") throws {
        switch content {
        case .json(let raw): try Output.bytes(raw + (raw.last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]))
        case .lines(let lines):
            try Output.line(watch && Output.isTerminal ? start + Self.redrawn(lines) : lines.joined(separator: "\n"))
        }
    }

    /// From the top left, clearing what an older picture left behind: no flicker, unlike clearing all first.
    private static func redrawn(_ lines: [String]) -> String {
        "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"
    }
}
