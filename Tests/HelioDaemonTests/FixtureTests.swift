import Foundation
import TestSupport
import Testing

@testable import HelioDaemon

/// The files in `Fixtures`: `NAME.good.yaml` must load; `NAME.bad.yaml` must give exactly the text of `NAME.bad.txt`.
///
/// After a change of wording, run with `HELIOSTAT_TESTS_REWRITE=1` and read the difference before committing it.
struct FixtureTests {
    static let good = names(".good.yaml")
    static let bad = names(".bad.yaml")

    @Test(arguments: good)
    func configuration_Loads_WhenFileIsGood(name: String) throws {
        _ = try Self.load(name)
    }

    @Test(arguments: bad)
    func configuration_NamesEveryMistake_WhenFileIsBad(name: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try Self.load(name) }
        let expected = Self.directory + "/" + name.replacing(".yaml", with: ".txt")
        if ProcessInfo.processInfo.environment["HELIOSTAT_TESTS_REWRITE"] != nil {
            let source = URL(filePath: #filePath).deletingLastPathComponent().path + "/Fixtures/"
            try Data((error.description + "\n").utf8).write(to: URL(filePath: source + name.replacing(".yaml", with: ".txt")))
            return
        }
        #expect(try error.description + "\n" == String(contentsOfFile: expected, encoding: .utf8))
    }

    @Test func fixtures_AreFound() {
        #expect(Self.good.count >= 3)
        #expect(Self.bad.count >= 20)
    }

    static let directory = Bundle.module.resourcePath! + "/Fixtures"  // SwiftPM copied them there

    private static func names(_ suffix: String) -> [String] {
        // An unreadable directory is an empty list, which `fixtures_AreFound` refuses.
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(suffix) }.sorted()
    }

    /// `TOKEN`, `SHORT`, `OPEN` and `LONG` stand for secret files.
    static func load(_ name: String) throws -> LoadedConfiguration {
        let secrets = try TemporaryDirectory()
        var text = try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
        text = text.replacing("TOKEN", with: try secrets.secret("token", "0123456789abcdef01234567\n"))
        text = text.replacing("SHORT", with: try secrets.secret("short", "abc\n"))
        text = text.replacing("OPEN", with: try secrets.secret("open", "0123456789abcdef01234567\n", mode: 0o644))
        text = text.replacing("LONG", with: try secrets.secret("long", String(repeating: "x", count: 1000), mode: 0o640))
        do {
            return try NodeConfiguration.parse(Array(text.utf8), file: "/etc/heliostat/" + name)
        } catch {
            throw ConfigurationError(
                file: error.file,
                problems: error.problems.map { problem in
                    let message = problem.message.replacing(secrets.path, with: "/secrets")
                    return Problem(place: problem.place, key: problem.key, message: message)
                })
        }
    }
}

extension TemporaryDirectory {
    /// Writes a file that only its owner may read and returns its path.
    func secret(_ name: String, _ content: String, mode: Int = 0o600) throws -> String {
        try file(name, Array(content.utf8), mode: mode)
    }

    func file(_ name: String, _ content: [UInt8], mode: Int = 0o644) throws -> String {
        let path = path + "/" + name
        try Data(content).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }
}
