import Foundation
import Testing

/// Every input that was kept, in the build that the other tests use.
struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    @Test(arguments: FuzzTargets.all.map(\.name)) func target_KeepsItsPromises_OnWhatWasKept(_ name: String) throws {
        let target = try #require(FuzzTargets.named(name))
        let corpus = Self.folder.appending(path: "Corpora/\(name)")
        let files = try FileManager.default.contentsOfDirectory(atPath: corpus.path).sorted()
        #expect(!files.isEmpty)
        for file in files {
            let input = Array(try Data(contentsOf: corpus.appending(path: file)))
            Self.run(target, input, "Tests/Fuzz/Corpora/\(name)/\(file)")
        }
    }

    /// The words alone, all in one, and each after each: what a fuzzer tries first.
    @Test(arguments: FuzzTargets.all.map(\.name)) func target_KeepsItsPromises_OnItsDictionary(_ name: String) throws {
        let target = try #require(FuzzTargets.named(name))
        let text = try String(contentsOf: Self.folder.appending(path: "Dictionaries/\(name).dict"), encoding: .utf8)
        let words = try FuzzDictionary.words(of: text)
        #expect(words.count > 2)
        for word in words + [Array(words.joined()), []] { Self.run(target, word, shown(word)) }
        for first in words { for second in words { Self.run(target, first + second, shown(first + second)) } }
    }

    @Test func everyFolder_BelongsToTarget() throws {
        let names = FuzzTargets.all.map(\.name)
        #expect(names == names.sorted() && Set(names).count == names.count)
        for folder in ["Corpora", "Dictionaries"] {
            let entries = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: folder).path)
            #expect(Set(entries.map { $0.replacing(".dict", with: "") }) == Set(names), "\(folder)")
        }
    }

    @Test func dictionary_IsRead_AsLibFuzzerReadsIt() throws {
        #expect(try FuzzDictionary.words(of: "# a\n\"b\"\nname=\"\\x0d\\x0A\\\\\\\"\"\n") == [[0x62], [0x0D, 0x0A, 0x5C, 0x22]])
        for bad in ["a", "\"\"", "\"a", "\"\\x0\"", "\"\\q\"", "\"a\"b"] {
            #expect(throws: FuzzDictionary.Malformed.self) { try FuzzDictionary.words(of: bad) }
        }
    }

    private static func run(_ target: any FuzzTarget, _ input: [UInt8], _ origin: String) {
        do throws(BrokenPromise) { try target.run(input) } catch { Issue.record("\(target.name), \(origin): \(error)") }
    }
}
