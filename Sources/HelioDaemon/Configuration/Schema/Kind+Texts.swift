extension Kind where Value == String {
    /// One line of text.
    static var text: Kind {
        Kind(expectation: "text", isScalar: true) { node, reading in
            if case .scalar(let text, isPlain: true) = node.content, ["true", "false"].contains(text) {
                reading.complain("expected text, found a truth value; put \(text) in quotes if it is meant", at: node.place)
                return nil
            }
            return Self.line("text").read(node, &reading)
        }
    }

    /// Text that passes `check`.
    static func line(
        _ expectation: String, _ check: @escaping @Sendable (String) throws(Wrong) -> Void = { _ throws(Wrong) in }
    ) -> Kind {
        .scalar(expectation) { text, _ throws(Wrong) in
            guard !text.isEmpty else { throw Wrong("expected \(expectation), found an empty text") }
            guard text.utf8.count <= 4096 else { throw Wrong("is longer than 4096 bytes") }
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw Wrong("holds a control character")
            }
            try check(text)
            return text
        }
    }

    /// A path; a relative one starts at the file's directory.
    static var path: Kind {
        .scalar("a path") { text, reading throws(Wrong) in try absolute(text, from: reading.directory) }
    }

    /// The path of a file that holds a secret, which is looked at so that a start does not fail later.
    static func secretFile() -> Kind { secretFile { path throws(FileError) in try SecretFile.read(path) } }

    /// Of what this node itself guards.
    static func ownSecretFile() -> Kind { secretFile { path throws(FileError) in try SecretFile.readOwn(path) } }

    private static func secretFile(_ read: @escaping @Sendable (String) throws(FileError) -> Secret) -> Kind {
        .scalar("the path of a file that holds a secret") { text, reading throws(Wrong) in
            let path = try absolute(text, from: reading.directory)
            do throws(FileError) {
                _ = try read(path)
            } catch {
                throw Wrong("\(path) \(error.message)")
            }
            return path
        }
    }

    /// A URL that passes `check`, which gets what stands before the host too: that may hold a secret, and is not repeated.
    static func url(
        _ schemes: [String], _ check: @escaping @Sendable (_ text: String, _ user: Substring.UnicodeScalarView?) throws(Wrong) -> Void
    ) -> Kind {
        .line("a URL that starts with \(alternatives(schemes.map { "\($0)://" }))") { text throws(Wrong) in
            try check(text, try userInformation(of: text, schemes: schemes))
        }
    }

    /// A URL with `{project}` and `{repository}` in it.
    static var template: Kind {
        .line("a template such as https://git.example.com/{project}/{repository}.git") { text throws(Wrong) in
            for name in ["{project}", "{repository}"] where !text.contains(name) {
                throw Wrong("\(quoted(text)) does not hold \(name)")
            }
            let rest = text.replacing("{project}", with: "").replacing("{repository}", with: "")
            guard !rest.contains("{"), !rest.contains("}") else {
                throw Wrong("\(quoted(text)) holds another placeholder than {project} and {repository}")
            }
        }
    }
}

extension Kind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words. `later`: words that a coming version accepts.
    static func word(later: [String] = []) -> Kind {
        let words = Value.allCases.map(\.rawValue)
        return .scalar(alternatives(words)) { text, _ throws(Wrong) in
            // A value can have a word that is not to be chosen.
            if words.contains(text), let value = Value(rawValue: text) { return value }
            if later.contains(text) { throw Wrong("\(text) is not available in this version; expected \(alternatives(words))") }
            throw Wrong("expected \(alternatives(words)), found \(quoted(text))" + Suggestion.sentence(for: text, among: words))
        }
    }
}

extension Kind where Value == HostPort {
    static var address: Kind {
        .scalar("an address and port such as 127.0.0.1:7990") { text, _ throws(Wrong) in try HostPort(parsing: text) }
    }
}

func absolute(_ text: String, from directory: String) throws(Wrong) -> String {
    guard !text.isEmpty else { throw Wrong("expected a path, found an empty text") }
    guard !text.utf8.contains(0) else { throw Wrong("holds a NUL") }
    guard !text.hasPrefix("~") else { throw Wrong("~ is not expanded; write the path out") }
    if text.hasPrefix("/") { return text }
    let rest = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
    return directory.hasSuffix("/") ? directory + rest : directory + "/" + rest
}

/// Refuses options and other schemes. What stands before the host may hold a secret, and is for the caller to judge.
///
/// - Returns: what stands before the host; nil when nothing does.
private func userInformation(of text: String, schemes: [String]) throws(Wrong) -> Substring.UnicodeScalarView? {
    guard let separator = text.firstRange(of: "://"), schemes.contains(String(text[..<separator.lowerBound])) else {
        guard !text.hasPrefix("file:") || !schemes.contains("git") else { throw Wrong("is a path of this machine; mirror it with kind: directory and path") }
        // With an @ it may hold a secret, and is not repeated.
        let shown = text.contains("@") ? "the text" : quoted(text)
        throw Wrong("\(shown) does not start with \(alternatives(schemes.map { "\($0)://" }))")
    }
    // Scalars: an accent on it makes another `Character` of an @, and none for git.
    let authority = text[separator.upperBound...].unicodeScalars.prefix { !"/?#".unicodeScalars.contains($0) }
    guard let first = authority.first else { throw Wrong("names no host") }
    guard first != "-" else { throw Wrong("the host starts with -") }
    guard !text.contains(" ") else { throw Wrong("holds a space; write %20") }
    return authority.lastIndex(of: "@").map { authority[..<$0] }
}

/// For messages: in quotes, shortened, with what a terminal would obey escaped.
func quoted(_ text: String) -> String {
    // Scalars, because one `Character` can hold a thousand marks.
    let shown = text.unicodeScalars.prefix(80).map { isObeyed($0) ? inHex($0) : $0.escaped(asASCII: false) }.joined()
    return "\"" + shown + (text.unicodeScalars.dropFirst(80).isEmpty ? "" : "…") + "\""
}

/// For messages that repeat what stands in a file: on one line, shortened, with what a terminal would obey escaped.
func onOneLine(_ text: String) -> String {
    let limit = 1000  // bytes
    var shown = ""
    for scalar in text.unicodeScalars {
        guard shown.utf8.count < limit else { return shown + "…" }
        if isObeyed(scalar) { shown += inHex(scalar) } else { shown.unicodeScalars.append(scalar) }
    }
    return shown
}

/// What moves the cursor, changes the terminal, begins a line or turns the direction of writing.
private func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
}

private func inHex(_ scalar: Unicode.Scalar) -> String { "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}" }

/// `a`, `a or b`, `a, b or c`.
func alternatives(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
