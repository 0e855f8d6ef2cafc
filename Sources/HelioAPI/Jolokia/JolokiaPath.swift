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

    static func join(_ parts: [String]) -> String {
        parts.map { $0.replacing("!", with: "!!").replacing("/", with: "!/") }.joined(separator: "/")
    }
}
