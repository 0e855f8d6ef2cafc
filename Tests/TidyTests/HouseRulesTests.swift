import Foundation
import Testing

/// The repository against its own rules.
struct HouseRulesTests {
    @Test(arguments: Rule.all) func sources_KeepRule(_ rule: Rule) throws {
        let files = try Repository.swiftFiles()
        #expect(files.count > 20, "the sources were not found below \(Repository.top.path)")
        let violations = files.flatMap(rule.check)
        #expect(violations.isEmpty, "\(rule.name), because \(rule.reason):\n\(violations.map(\.description).joined(separator: "\n"))")
    }

    @Test func importTable_EqualsPackageDependencies() throws {
        let declared = PackageTargets.ourDependencies(in: try Repository.text(of: "Package.swift"))
        #expect(declared == ImportTable.ours, "Package.swift and ImportTable name the same directions")
    }

    @Test func topLevel_HoldsOnlyWhatIsListed() throws {
        let allowed: Set = [
            "Package.swift", "Package.resolved", "Sources", "Tests", "conf", "scripts", "README.md", "LICENSE", "CHANGELOG.md",
        ]
        let visible = try Repository.names(in: "").filter { !$0.hasPrefix(".") }
        #expect(
            Set(visible).subtracting(allowed).isEmpty,
            "a reader meets the top level first: what is new there belongs into one of its folders")
    }

    @Test func changelog_HasEntryForEveryVersionOfSources() throws {
        let entries = Changelog.entries(in: try Repository.text(of: "CHANGELOG.md"))
        #expect(!entries.isEmpty, "operators decide by the changelog whether to upgrade")
        for entry in entries {
            #expect(Changelog.urgencies.contains(entry.urgency ?? ""), "\(entry.version) says how urgent it is")
        }
        let versions = try Repository.swiftFiles().filter { !$0.isTest }
            .flatMap { Changelog.declaredVersions(in: try Repository.text(of: $0.path)) }
        #expect(Set(versions).subtracting(entries.map(\.version)).isEmpty, "the version that the program prints has an entry")
    }

    /// Of `scripts`, whose files belong to those beside them: `debian` to debhelper, `benchmarks` to `bench`.
    private static let folders = ["benchmarks", "debian"]

    @Test(arguments: try Repository.names(in: "scripts").filter { !folders.contains($0) }.map { "scripts/" + $0 } + [".ci/run"])
    func script_IsStrictBash(_ path: String) throws {
        let text = try Repository.text(of: path)
        #expect(text.hasPrefix("#!/usr/bin/env bash\n"), "\(path) says what runs it")
        #expect(text.contains("\nset -euo pipefail\n"), "\(path) stops at the first failure instead of going on after it")
        #expect(try Bash.accepts(text), "bash -n \(path)")
        #expect(
            FileManager.default.isExecutableFile(atPath: Repository.top.appending(path: path).path), "\(path) can be called by name")
    }
}
