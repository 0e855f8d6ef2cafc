import Foundation
import Testing

/// Every file in `Transcripts/` is a conversation with the node: lines that start with `> ` are said to it, the lines below are
/// what it wants done. To accept new output run with `HELIOSTAT_REWRITE_TRANSCRIPTS=1` and review the diff line by line.
@Suite struct TranscriptTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Transcripts")

    static var names: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted()
        }
    }

    @Test(arguments: try names) func transcript_ComesOutAsReviewed(_ name: String) throws {
        let file = Self.folder.appending(path: name)
        let text = try String(contentsOf: file, encoding: .utf8)
        var conversation = Conversation()
        var replayed = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("> ") {
                replayed += line + "\n"
                for effect in conversation.answer(to: String(line.dropFirst(2))) { replayed += effect + "\n" }
            } else if line.hasPrefix("#") || line.isEmpty {
                replayed += line + "\n"
            }
        }
        replayed = replayed.trimmingCharacters(in: .newlines) + "\n"
        #expect(!replayed.contains("MISUNDERSTOOD"))
        if ProcessInfo.processInfo.environment["HELIOSTAT_REWRITE_TRANSCRIPTS"] == "1" {
            try replayed.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(replayed == text, "\(name) differs from what was reviewed")
    }

    @Test func transcripts_AreThere() throws {
        #expect(try Self.names.count >= 10)
    }
}
