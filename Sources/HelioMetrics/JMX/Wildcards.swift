/// `*` for any characters, none included, and `?` for one. In a quoted value a backslash takes this meaning away.
enum Wildcards {
    static func isWildcard(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }

    static func occur(in text: [UInt8]) -> Bool { elements(text).contains { $0 == .any || $0 == .one } }

    /// Remembers the last star only: what an earlier one could take, the later one can take as well. So the work is at most the
    /// product of the lengths.
    static func match(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        let (pattern, text) = (elements(pattern), scalars(text))
        var (position, index) = (0, 0)
        var retry: (position: Int, index: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == .any {
                retry = (position, index)
                position += 1
            } else if position < pattern.count, pattern[position] == .one || pattern[position] == .literal(text[index]) {
                (position, index) = (position + 1, index + 1)
            } else if let star = retry {
                retry = (star.position, star.index + 1)
                (position, index) = (star.position + 1, star.index + 1)
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == .any }
    }

    private enum Element: Equatable {
        case any, one
        case literal(Unicode.Scalar)
    }

    /// Scalars, because a `?` stands for one character and not for one of its bytes.
    private static func scalars(_ text: [UInt8]) -> [Unicode.Scalar] {
        Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    }

    private static func elements(_ text: [UInt8]) -> [Element] {
        let isQuoted = text.first == UInt8(ascii: "\"")
        var elements: [Element] = []
        var isEscaped = false
        for scalar in scalars(text) {
            switch scalar {
            case "*" where !isEscaped: elements.append(.any)
            case "?" where !isEscaped: elements.append(.one)
            default: elements.append(.literal(scalar))
            }
            isEscaped = isQuoted && scalar == "\\" && !isEscaped
        }
        return elements
    }
}
