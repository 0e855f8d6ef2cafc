@testable import HelioFarm

/// Replies of a Redis: the same however they arrive, and what is read can be written and read again.
struct RESPTarget: FuzzTarget {
    let name = "resp"
    let maximumLength = 1024

    private struct Reading: Equatable {
        var replies: [RESPValue] = []
        var isRefused = false
    }

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let whole = try Self.read([input[...]])
        for pieces in Pieces.ways(input) {
            let pieced = try Self.read(pieces)
            try promise(whole == pieced, "whole: \(whole); in pieces: \(pieced)")
        }
        let written = whole.replies.flatMap(Self.written)
        let again = try Self.read([written[...]])
        try promise(again == Reading(replies: whole.replies), "written again as \(shown(written)) and read as \(again)")
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) throws(BrokenPromise) -> Reading {
        var parser = RESPParser()
        var reading = Reading()
        for piece in pieces {
            parser.append(Array(piece))
            do throws(RedisError) {
                while let reply = try parser.next() { reading.replies.append(reply) }
            } catch {
                let text = "\(error)"
                try promise(text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.utf8.count < 400, "a complaint of \(shown(text.utf8))")
                reading.isRefused = true
                return reading
            }
        }
        return reading
    }

    private static func written(_ value: RESPValue) -> [UInt8] {
        switch value {
        case .simple(let text): Array("+".utf8) + text + lineEnd
        case .error(let text): Array("-".utf8) + text + lineEnd
        case .integer(let number): Array(":\(number)\r\n".utf8)
        case .bulk(let bytes?): Array("$\(bytes.count)\r\n".utf8) + bytes + lineEnd
        case .bulk(nil): Array("$-1\r\n".utf8)
        case .array(let values?): Array("*\(values.count)\r\n".utf8) + values.flatMap(written)
        case .array(nil): Array("*-1\r\n".utf8)
        }
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]
}
