import Foundation
import Testing

@testable import HelioDaemon

/// `conf/heliostat.yaml` against the schema: the manual cannot lag behind the code.
struct ManualTests {
    @Test func manual_GivesTheDefaults_WhenLoaded() throws {
        var manual = NodeConfiguration()
        let problems = read(try Self.text(), into: &manual).problems
        #expect(problems == [])
        #expect(manual == NodeConfiguration())
    }

    @Test func manual_WritesEveryKeyWithADefault() throws {
        var configuration = NodeConfiguration()
        let written = read(try Self.text(), into: &configuration).places
        for key in Schema.node.keys where key.name != "upstream.path" {
            #expect((written[key.name] != nil) == key.hasDefault, "\(key.name): a default stands without #, an example with #")
        }
    }

    @Test func manual_HoldsAValidExample_ForEveryKeyWithoutDefault() throws {
        let uncommented = try Self.text().split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.contains(/^ *#[a-z_]+:/) ? String(line).replacing("#", with: "", maxReplacements: 1) : String(line)
        }
        var configuration = NodeConfiguration()
        let reading = read(uncommented.joined(separator: "\n"), into: &configuration)
        // The files of the examples do not exist here; everything else about the examples must be right.
        #expect(reading.problems.filter { !$0.message.contains("cannot be opened") } == [])
        for key in Schema.node.keys {
            #expect(reading.places[key.name] != nil, "\(key.name) is not in conf/heliostat.yaml")
        }
    }

    @Test func manual_StatesBoundsAndRestart_AboveEveryKey() throws {
        let comments = Self.comments(of: try Self.text())
        for key in Schema.node.keys {
            let comment = try #require(comments[key.name], "\(key.name) has no comment")
            #expect(comment.contains("[restart]") == (key.change == .restart), "\(key.name) is \(key.change)")
            if let range = key.expectation.firstRange(of: " from ") {
                #expect(comment.contains(key.expectation[range.upperBound...]), "\(key.name) takes \(key.expectation)")
            }
        }
    }

    private func read(_ text: String, into configuration: inout NodeConfiguration) -> Reading {
        var reading = Reading(directory: "/etc/heliostat")
        // A manual that is not YAML leaves nothing read, which every test here refuses.
        if let root = try? YAMLReader.read(Array(text.utf8)) {
            Schema.node.read(root, into: &configuration, &reading)
        }
        return reading
    }

    private static func text() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return try String(contentsOf: root.appending(path: "conf/heliostat.yaml"), encoding: .utf8)
    }

    /// The comment above each key, by full name. Keys without one of their own share that of the key before.
    private static func comments(of text: String) -> [String: String] {
        var result: [String: String] = [:]
        var stack: [String] = []
        var comment = ""
        var isOpen = true
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: /^( *)#?([a-z_]+):( .*)?$/) else {
                comment = (isOpen ? comment : "") + line + "\n"
                isOpen = true
                continue
            }
            isOpen = false
            stack = stack.prefix(match.1.count / 2) + [String(match.2)]
            result[stack.joined(separator: ".")] = comment
        }
        return result
    }
}
