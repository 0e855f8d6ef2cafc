/// What stands between a brace and its partner.
struct Block: Equatable {
    /// Lines from 0, of the opening and of the closing brace.
    let first: Int
    let last: Int
    /// A type, extension or protocol: it holds functions and is none.
    let isType: Bool

    var lineCount: Int { last - first + 1 }
}

extension SwiftText {
    /// Every block, innermost first; nil when the braces do not match, which means that this reader misunderstood the file.
    var blocks: [Block]? {
        var found: [Block] = []
        var open: [(line: Int, isType: Bool)] = []
        var header: [UInt8] = []
        var line = 0
        for byte in code {
            switch byte {
            case UInt8(ascii: "{"):
                open.append((line, Self.opensType(header)))
                header = []
            case UInt8(ascii: "}"):
                guard let start = open.popLast() else { return nil }
                found.append(Block(first: start.line, last: line, isType: start.isType))
                header = []
            default:
                header.append(byte)
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
        return open.isEmpty ? found : nil
    }

    /// The last declaration before a brace says what the brace opens.
    private static func opensType(_ header: [UInt8]) -> Bool {
        let words = header.split { !Words.isIdentifier($0) }.map { String(decoding: $0, as: UTF8.self) }
        let declaration = words.last { Words.types.contains($0) || Words.members.contains($0) }
        return declaration.map(Words.types.contains) ?? false
    }
}

enum Words {
    static let types: Set = ["actor", "class", "enum", "extension", "protocol", "struct"]
    static let members: Set = ["deinit", "func", "init", "let", "subscript", "var"]

    static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    static func isIdentifier(_ character: Character) -> Bool { character.utf8.allSatisfy(isIdentifier) }
}
