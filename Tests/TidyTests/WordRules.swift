/// Rules about words that may not stand in a line, or not alone.
extension Rule {
    static let nothingIsLeftToDo = Rule(
        name: "nothing is left to do", reason: "what is missing belongs in an issue, where somebody will see it"
    ) { file in
        lines(of: file.text.commentedLines, with: ["TODO", "FIXME", "XXX", "HACK"], in: file)
    }

    static let testsDoNotSleep = Rule(
        name: "tests do not sleep",
        reason: "a sleep is too short on a busy machine and too long on every other; wait for the condition with `eventually`"
    ) { file in
        guard file.isTest, !file.path.hasPrefix("Tests/Support/") else { return [] }
        return lines(of: file.text.codeLines, with: ["Task.sleep", "usleep(", "nanosleep(", "sleep(", ".sleep"], in: file)
    }

    static let exceptionsAreExplained = Rule(
        name: "exceptions to safety are explained",
        reason: "each of these switches a check off; the comment on its line or the one before says why that is right"
    ) { file in
        let words = ["try?", "try!", "@unchecked Sendable", "fatalError(", "nonisolated(unsafe)", "unsafeBitCast("]
        return lines(of: file.text.codeLines, with: words, in: file).filter { violation in
            file.text.commentLines.isDisjoint(with: [violation.line - 1, violation.line - 2])
        }
    }

    static let metricsReadNoClock = Rule(
        name: "HelioMetrics reads no clock",
        reason: "who records hands the monotonic reading in: a stepped wall clock can change no figure, and a test moves time by hand"
    ) { file in
        guard file.module == "HelioMetrics" else { return [] }
        let clocks = ["clock_gettime", "gettimeofday", "time(", "ContinuousClock", "SuspendingClock", "Date("]
        return lines(of: file.text.codeLines, with: clocks, in: file)
    }

    static let closuresAreNotBehindLocks = Rule(
        name: "no lock holds a bare closure",
        reason: "each access to a closure in a generic type wraps it once more, until calling it overflows the stack; a struct around it helps"
    ) { file in
        file.text.codeLines.enumerated().filter { $1.contains(#/\b(Locked|Mutex)<\(*\s*(@\w+\s+)*\([^<>]*\)[^<>]*->/#) }
            .map { Violation(path: file.path, line: $0.offset + 1, what: "a closure as the value of a lock") }
    }

    static let namesSayWhat = Rule(
        name: "type names say what a thing is",
        reason: "Manager, Helper, Util, Service and Core say only that something is there; the field has a word for it"
    ) { file in
        let banned = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Service", "Core"]
        return file.text.codeLines.enumerated().flatMap { index, line in
            declaredTypes(in: line).filter { name in banned.contains { name.hasSuffix($0) } }
                .map { Violation(path: file.path, line: index + 1, what: "the name \($0)") }
        }
    }

    private static func declaredTypes(in line: String) -> [String] {
        let words = line.split { !Words.isIdentifier($0) }.map(String.init)
        return zip(words, words.dropFirst()).filter { Words.types.contains($0.0) || $0.0 == "typealias" }.map(\.1)
    }

    /// A word counts only where it begins: `sleep(` is not in `oversleep(`.
    private static func lines(of lines: [String], with words: [String], in file: SourceFile) -> [Violation] {
        lines.enumerated().flatMap { index, line in
            words.filter { holds(line, $0) }.prefix(1).map { Violation(path: file.path, line: index + 1, what: $0) }
        }
    }

    private static func holds(_ line: String, _ word: String) -> Bool {
        line.ranges(of: word).contains { range in
            guard range.lowerBound > line.startIndex, let first = word.first, Words.isIdentifier(first) else { return true }
            return !Words.isIdentifier(line[line.index(before: range.lowerBound)])
        }
    }
}
