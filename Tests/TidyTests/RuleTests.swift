import Testing

/// Each rule on a small text that breaks it, and on its harmless neighbour.
struct RuleTests {
    static let cases: [(rule: Rule, path: String, bad: String, good: String)] = [
        (.importsFollowTable, "Sources/HelioHTTP/A.swift", "public import HelioGit", "import HelioLoop"),
        (.importsFollowTable, "Sources/HelioGit/A.swift", "@preconcurrency import CLibevent", "import CGit2 // not HelioHTTP"),
        (.doorsAreKept, "Sources/HelioDaemon/Serve.swift", "import Yams", "import Logging"),
        (.doorsAreKept, "Sources/HelioDaemon/A.swift", "import struct GRDB.Row", "// import GRDB"),
        (.foundationStaysOut, "Sources/HelioLoop/A.swift", "import FoundationEssentials", "import Glibc"),
        (.nodeIsPure, "Sources/HelioNode/A.swift", "import Glibc", "let text = \"import Glibc\""),
        (.filesAreShort, "Sources/HelioNode/A.swift", lines(501), lines(500)),
        (.functionsAreShort, "Sources/HelioNode/A.swift", block("func f()", 71), block("func f()", 70)),
        (.functionsAreShort, "Sources/HelioNode/A.swift", block("var long: Int", 71), block("public struct Long: Sendable", 400)),
        (.functionsAreShort, "Sources/HelioNode/A.swift", "struct A { // }", "struct A { let s = \"{\" /* { /* } */ */ }"),
        (.nothingIsLeftToDo, "Tests/A.swift", "f() // TODO: g", "let s = \"TODO\""),
        (.testsDoNotSleep, "Tests/HelioLoopTests/A.swift", "try await Task.sleep(for: .seconds(1))", "oversleep(1)"),
        (.testsDoNotSleep, "Tests/HelioLoopTests/A.swift", "usleep(5)", "// usleep(5)"),
        (.exceptionsAreExplained, "Sources/A/B.swift", "let a = try? b()", "// Absent means new.\nlet a = try? b()"),
        (.exceptionsAreExplained, "Sources/A/B.swift", "class A: @unchecked Sendable {}", "class A: Sendable {}"),
        (.exceptionsAreExplained, "Sources/A/B.swift", "fatalError(\"no\")", "fatalError(\"no\") // our own bug"),
        (.exceptionsAreExplained, "Sources/A/B.swift", "nonisolated(unsafe) let a = b", "let s = \"\"\"\n try? x\n\"\"\""),
        (.namesSayWhat, "Sources/A/B.swift", "final class SyncManager {}", "final class SyncQueue {}"),
        (.namesSayWhat, "Sources/A/B.swift", "public actor GitService {", "let serviceCore = 1"),
        (.closuresAreNotBehindLocks, "Sources/A/B.swift", "let a = Locked<(@Sendable (Int) -> Void)?>(nil)", "let a = Locked<[() -> Void]>([])"),
        (.closuresAreNotBehindLocks, "Tests/A.swift", "let a = Mutex<@Sendable () -> Void>({})", "let a = Mutex<Listener?>(nil)"),
        (.metricsReadNoClock, "Sources/HelioMetrics/A.swift", "let now = ContinuousClock.now", "let now = Tick(nanoseconds: 1)"),
    ]

    @Test(arguments: cases.indices) func rule_FindsViolation_AndNotItsNeighbour(_ index: Int) {
        let (rule, path, bad, good) = Self.cases[index]
        #expect(!rule.check(SourceFile(path, bad)).isEmpty, "\(rule.name): \(bad.prefix(80))")
        #expect(rule.check(SourceFile(path, good)).isEmpty, "\(rule.name): \(good.prefix(80))")
    }

    @Test func everyRule_HasCase() {
        #expect(Set(Self.cases.map(\.rule.name)) == Set(Rule.all.map(\.name)))
    }

    @Test func interpolation_IsCode_WhenStringHoldsIt() {
        let file = SourceFile("Sources/A/B.swift", #"let s = "a \(try? b("}")) c""#)
        #expect(Rule.exceptionsAreExplained.check(file).count == 1)
        #expect(file.text.blocks == [])
    }

    @Test func rawString_EndsOnlyAtItsPounds() {
        let text = SwiftText(##"let a = #"say "}" \n"#; func f() { }"##)
        #expect(text.blocks == [Block(first: 0, last: 0, isType: false)])
    }

    @Test func packageTargets_AreRead_FromManifest() {
        let manifest = """
            module("HelioNode"),
            module("HelioGit", ["HelioNode", "CGit2", crypto]),
            .executableTarget(name: "heliostat", dependencies: ["HelioDaemon", argumentParser]),
            """
        #expect(
            PackageTargets.ourDependencies(in: manifest)
                == ["HelioNode": [], "HelioGit": ["HelioNode", "CGit2"], "heliostat": ["HelioDaemon"]])
    }

    @Test func changelog_IsRead() {
        let text = "# Changelog\n\n## 1.2.0 - 2026-01-01\n\nUrgency: HIGH. A fault.\n\n## 1.1.0 - 2025-12-01\n"
        #expect(Changelog.entries(in: text) == [.init(version: "1.2.0", urgency: "HIGH"), .init(version: "1.1.0")])
        #expect(Changelog.declaredVersions(in: "static let version = \"1.3.0\"") == ["1.3.0"])
    }

    @Test func bash_RefusesBrokenScript() throws {
        #expect(try !Bash.accepts("if true; then"))
        #expect(try Bash.accepts("if true; then :; fi"))
    }

    private static func lines(_ count: Int) -> String { String(repeating: "let a = 1\n", count: count) }

    private static func block(_ header: String, _ count: Int) -> String {
        "\(header) {\n" + String(repeating: "\n", count: count - 2) + "}\n"
    }
}
