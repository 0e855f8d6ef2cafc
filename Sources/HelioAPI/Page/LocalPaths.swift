/// What git says often names a file. The page is for everybody who reaches the node, and how its disk is laid out is not for everybody.
enum LocalPaths {
    /// Absolute paths become relative ones: to the upstream where they are below it, else to the directory that their last part is in.
    /// - Parameter upstream: the upstream's URL, which everybody may know.
    static func shorten(_ text: String, upstream: String) -> String {
        let root = upstream.hasPrefix("file://") ? String(upstream.dropFirst("file://".count)) + "/" : ""
        var (shortened, rest) = ("", text[...])
        while let start = beginning(in: rest) {
            let end = end(of: rest, from: start)
            let path = rest[start..<end]
            shortened += rest[..<start]
            shortened += !root.isEmpty && path.hasPrefix(root) ? String(path.dropFirst(root.count)) : last(of: path)
            rest = rest[end...]
        }
        return shortened + rest
    }

    /// Of a slash that begins a path, and does not stand within one or within a URL.
    private static func beginning(in text: Substring) -> Substring.Index? {
        var before: Character = " "
        for index in text.indices {
            let isWithin = before.isLetter || before.isNumber || "/._-~".contains(before)
            if text[index] == "/", !isWithin, !(before == ":" && text[index...].hasPrefix("//")) { return index }
            before = text[index]
        }
        return nil
    }

    /// What stands in quotation marks may hold anything else.
    private static func end(of text: Substring, from start: Substring.Index) -> Substring.Index {
        let before = start == text.startIndex ? " " : text[text.index(before: start)]
        let isQuoted = before == "'" || before == "\""
        return text[start...].firstIndex { isQuoted ? $0 == before : " '\":,;()<>`]}".contains($0) } ?? text.endIndex
    }

    private static func last(of path: Substring) -> String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? "…/" + parts[parts.count - 1] : String(path)
    }
}
