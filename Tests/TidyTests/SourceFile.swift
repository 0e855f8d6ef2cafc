/// A file of the repository as the rules see it.
struct SourceFile {
    /// Relative to the repository's top, such as `Sources/HelioNode/Verdict.swift`.
    let path: String
    let text: SwiftText

    init(_ path: String, _ source: String) {
        self.path = path
        text = SwiftText(source)
    }

    var isTest: Bool { path.hasPrefix("Tests/") }

    /// The target a file of `Sources` belongs to.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// Modules named by `import`, with the line from 1.
    var imports: [(module: String, line: Int)] {
        text.codeLines.enumerated().compactMap { index, line in
            let words = line.split { $0 == " " || $0 == ";" }
            guard let at = words.firstIndex(of: "import"), words[..<at].allSatisfy(Self.mayPrecedeImport) else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            guard let name = words[(at + 1)...].first(where: { !kinds.contains($0) }) else { return nil }
            return (name.split(separator: ".").first.map(String.init) ?? String(name), index + 1)
        }
    }

    private static func mayPrecedeImport(_ word: Substring) -> Bool {
        word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
    }
}

struct Violation: CustomStringConvertible, Equatable {
    let path: String
    /// From 1.
    let line: Int
    let what: String

    var description: String { "\(path):\(line): \(what)" }
}
