import Testing

/// A house rule: what it forbids and why.
struct Rule: CustomTestStringConvertible, Sendable {
    let name: String
    let reason: String
    let check: @Sendable (SourceFile) -> [Violation]

    var testDescription: String { name }

    static let all = [
        importsFollowTable, doorsAreKept, foundationStaysOut, nodeIsPure, filesAreShort, functionsAreShort, nothingIsLeftToDo,
        testsDoNotSleep, exceptionsAreExplained, namesSayWhat, metricsReadNoClock, closuresAreNotBehindLocks,
    ]

    static let importsFollowTable = Rule(
        name: "imports follow the table",
        reason: "the directions between modules are the architecture; a new one changes ImportTable and Package.swift on purpose"
    ) { file in
        guard let module = file.module, let allowed = ImportTable.ours[module] else { return [] }
        return file.imports.filter { ImportTable.isOurs($0.module) && !allowed.contains($0.module) && $0.module != module }
            .map { Violation(path: file.path, line: $0.line, what: "\(module) may not import \($0.module)") }
    }

    static let doorsAreKept = Rule(
        name: "foreign modules stay behind their door",
        reason: "a library used in one module can be replaced there; C pointers and their lifetimes stay where they are understood"
    ) { file in
        file.imports.compactMap { name, line in
            guard let door = ImportTable.doors[name], !file.path.hasPrefix(door), !file.isTest else { return nil }
            return Violation(path: file.path, line: line, what: "\(name) may be imported only below \(door)")
        }
    }

    static let foundationStaysOut = Rule(
        name: "the lower modules do without Foundation",
        reason: "Foundation costs memory and start-up time, and its strings repair what they should refuse"
    ) { file in
        guard let module = file.module, ImportTable.withoutFoundation.contains(module) else { return [] }
        return file.imports.filter { $0.module.hasPrefix("Foundation") }
            .map { Violation(path: file.path, line: $0.line, what: "\(module) may not import \($0.module)") }
    }

    static let nodeIsPure = Rule(
        name: "HelioNode imports nothing",
        reason: "what decides is tested with tables and a simulated clock; with an import it could read a clock, a file or a socket"
    ) { file in
        guard file.module == "HelioNode" else { return [] }
        return file.imports.map { Violation(path: file.path, line: $0.line, what: "HelioNode may not import \($0.module)") }
    }

    static let filesAreShort = Rule(
        name: "files have at most 500 lines", reason: "a file holds one idea; a longer one hides a second"
    ) { file in
        let count = file.text.lineCount
        return count > 500 ? [Violation(path: file.path, line: 501, what: "\(count) lines")] : []
    }

    static let functionsAreShort = Rule(
        name: "functions have at most 70 lines", reason: "a function fits on a screen, so that it can be checked by reading it"
    ) { file in
        guard let blocks = file.text.blocks else {
            return [Violation(path: file.path, line: 1, what: "the braces do not match for the reader of this test")]
        }
        return blocks.filter { !$0.isType && $0.lineCount > 70 }
            .map { Violation(path: file.path, line: $0.first + 1, what: "\($0.lineCount) lines") }
    }
}
