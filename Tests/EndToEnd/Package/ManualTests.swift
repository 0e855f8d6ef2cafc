import Foundation
import TestSupport
import Testing

/// The pages and completions of the Debian package against the program that they are about.
struct ManualTests {
    private let commands: [Command]
    private let pages: [String: String]
    private let directory: TemporaryDirectory

    init() throws {
        let shell = Shell(directory: ProjectFile.top.path)
        let definitions = try shell.run(NodeFixture.binary, "--experimental-dump-help")
        let dump = try JSONDecoder().decode(Dump.self, from: Data(definitions.utf8))
        commands = dump.command.withThoseBelow()
        func manual(_ name: String) throws -> String {
            let arguments = ["--arg", "name", name, "--arg", "date", "January 2, 2026"]
            return try shell.run(["jq", "--raw-output", "--from-file", "scripts/debian/manual.jq"] + arguments, input: definitions)
        }
        let names = try manual("").split(separator: "\n").map(String.init)
        directory = try TemporaryDirectory()
        var pages = try Dictionary(uniqueKeysWithValues: names.map { ($0 + ".1", try manual($0)) })
        pages["heliostat.yaml.5"] = try shell.run(
            "awk", "-v", "date=January 2, 2026", "-f", "scripts/debian/manual.awk", "conf/heliostat.yaml")
        for (name, text) in pages { try (text + "\n").write(toFile: directory.path + "/" + name, atomically: true, encoding: .utf8) }
        self.pages = pages
    }

    @Test func pages_HaveEveryCommandAndOption() throws {
        #expect(commands.count > 15)
        #expect(Set(commands.map { $0.page + ".1" }).union(["heliostat.yaml.5"]) == Set(pages.keys))
        for command in commands {
            let text = try rendered(command.page + ".1")
            #expect(text.contains(command.words.joined(separator: " ")), "\(command.page) says how it is called")
            let arguments = (command.arguments ?? []).filter(\.shouldDisplay)
            for expected in command.texts + arguments.flatMap(\.texts) {
                #expect(text.contains(Self.squeezed(expected)), "\(command.page): \(expected)")
            }
        }
    }

    @Test func overview_NamesEveryCommand() throws {
        for command in commands where command.words.count > 1 {
            let above = command.words.dropLast().joined(separator: "-")
            let text = try rendered(above + ".1")
            #expect(text.contains("\(command.page)(1)"), "\(above) leads to \(command.page): \(text)")
        }
    }

    @Test func configurationPage_HasEveryKey() throws {
        let text = try rendered("heliostat.yaml.5")
        var path: [Substring] = []
        var count = 0
        for line in try ProjectFile.text("conf/heliostat.yaml").split(separator: "\n") {
            guard let match = line.firstMatch(of: #/^( *)#?([a-z_]+):/#) else { continue }
            path = Array(path.prefix(match.output.1.count / 2)) + [match.output.2]
            #expect(text.contains(path.joined(separator: ".")), "\(path.joined(separator: "."))")
            count += 1
        }
        #expect(count > 80)
        #expect(pages["heliostat.yaml.5"]?.components(separatedBy: ".It Va ").count == count + 1)
        #expect(text.contains("sync.interval = 3m Between two comparisons with the upstream, jittered; 1s to 1d."))
    }

    @Test func pages_AreRightMdoc() throws {
        for name in pages.keys {
            let ended = try Shell(directory: directory.path).attempt(["mandoc", "-Tlint", "-W", "warning", name])
            #expect(ended.status == 0 && ended.output.isEmpty, "\(name): \(ended.output)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completions_AreRead(by name: String) throws {
        let script = try Shell().run(NodeFixture.binary, "--generate-completion-script", name)
        let path = directory.path + "/completions"
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        let ended = try Shell(directory: directory.path, environment: ["HOME": directory.path]).attempt([name, "-n", path])
        #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended)")
        for command in commands { #expect(script.contains(command.words.last ?? ""), "\(command.page)") }
    }

    /// What a reader sees, on one long line.
    private func rendered(_ name: String) throws -> String {
        let shell = Shell(directory: directory.path, environment: ["LC_ALL": "C.UTF-8"])
        return Self.squeezed(try shell.run("sh", "-c", "mandoc -Tutf8 -O width=1000 \(name) | col -b"))
    }

    private static func squeezed(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

/// What `--experimental-dump-help` prints.
private struct Dump: Decodable {
    let command: Command
}

private struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let superCommands: [String]?
    let arguments: [Argument]?
    let subcommands: [Command]?

    var words: [String] { (superCommands ?? []) + [commandName] }
    var page: String { words.joined(separator: "-") }

    /// What the page says of it, its exit codes under a heading of their own.
    var texts: [String] {
        let discussion = discussion?.replacing("Exit codes: ", with: "").components(separatedBy: "\n\n")
        return [abstract].compactMap(\.self) + (discussion ?? [])
    }

    /// Without `help`, which every command has and which says what its page says.
    func withThoseBelow() -> [Command] {
        [self] + (subcommands ?? []).filter { $0.commandName != "help" }.flatMap { $0.withThoseBelow() }
    }
}

private struct Argument: Decodable {
    struct Name: Decodable {
        let kind: String
        let name: String
    }

    let kind: String
    let shouldDisplay: Bool
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let defaultValue: String?

    var texts: [String] {
        let names = names ?? []
        let long = names.filter { $0.kind == "long" }.map { "--\($0.name)" }
        let short = names.filter { $0.kind == "short" }.map { "-\($0.name)" }
        let value = kind == "flag" ? nil : valueName
        let fallback = defaultValue.map { "The default is \($0.replacing(/\.0$/, with: ""))." }
        return long + short + [value, abstract, fallback].compactMap(\.self)
    }
}
