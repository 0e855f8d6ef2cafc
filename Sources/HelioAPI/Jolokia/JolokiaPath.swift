/// Parts with slashes between them. In a part, `!` stands before a slash, before another `!`, and means nothing before anything
/// else.
enum JolokiaPath {
    /// Without the empty part after a slash at the end.
    static func split(_ path: String) -> [String] {
        var parts: [String.UnicodeScalarView] = [String.UnicodeScalarView()]
        var isEscaped = false
        for scalar in path.unicodeScalars {
            switch scalar {
            case "!" where !isEscaped:
                isEscaped = true
                continue
            case "/" where !isEscaped: parts.append(String.UnicodeScalarView())
            default: parts[parts.count - 1].append(scalar)
            }
            isEscaped = false
        }
        if parts[parts.count - 1].isEmpty { parts.removeLast() }
        return parts.map { String($0) }
    }

    /// What `split` takes apart again, unless the last part is empty.
    static func join(_ parts: [String]) -> String { parts.map(escaped).joined(separator: "/") }

    /// Scalar by scalar, as `split` reads: a mark that follows makes another `Character` of a slash.
    private static func escaped(_ part: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in part.unicodeScalars {
            if scalar == "!" || scalar == "/" { text.append("!") }
            text.append(scalar)
        }
        return String(text)
    }
}
