import Foundation
import Glibc
import TestSupport
import Testing

@testable import HelioDaemon

/// Configurations that nobody meant to write: no plain text, too large, too deep, one mistake after another.
struct HostileFileTests {
    static let good = Array("upstream: { path: /srv/git }\n".utf8)

    static let unreadable: [([UInt8], String)] = [
        ([0xEF, 0xBB, 0xBF] + good, "1:1: starts with a byte order mark; save the file as UTF-8 without one"),
        ([0xFF, 0xFE, 0x75, 0x00], "1:1: starts with a byte order mark; save the file as UTF-8 without one"),
        (good + "# a\r\n".utf8, "2:4: holds a carriage return; save the file with LF line ends"),
        (good + "# é".utf8 + [0xFF, 0x0A], "2:4: is not UTF-8 here"),
        (good + "# ".utf8 + [0xC0, 0xAF], "2:3: is not UTF-8 here"),
        (good + "# ".utf8 + [0xE2, 0x82], "2:3: is not UTF-8 here"),
        (good + "# \0".utf8, "2:3: holds a control character"),
    ]

    @Test(arguments: unreadable)
    func file_IsRefusedAtItsPlace_WhenItIsNotPlainText(bytes: [UInt8], message: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("heliostat.yaml", bytes)
        let error = try #require(throws: ConfigurationError.self) { try NodeConfiguration.load(path: path, environment: [:]) }
        #expect(error.description == "\(path):\(message)")
    }

    @Test func file_IsAccepted_UpToEightMebibytes() throws {
        let directory = try TemporaryDirectory()
        let comment = Self.good + [UInt8](repeating: 0x23, count: (8 << 20) - Self.good.count)
        _ = try NodeConfiguration.load(path: try directory.file("fits.yaml", comment), environment: [:])
        let tooLong = try directory.file("long.yaml", comment + [0x23])
        let error = try #require(throws: ConfigurationError.self) { try NodeConfiguration.load(path: tooLong, environment: [:]) }
        #expect(error.description == "\(tooLong):1:1: is larger than 8MiB")
    }

    @Test(arguments: [
        ("/dev/zero", "is not a regular file"), ("/", "is not a regular file"),
        ("/nowhere/heliostat.yaml", "cannot be opened: No such file or directory"),
    ])
    func file_IsRefused_WhenItIsNone(path: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try NodeConfiguration.load(path: path, environment: [:]) }
        #expect(error?.description == "\(path):1:1: \(message)")
    }

    @Test(.timeLimit(.minutes(1))) func file_IsRefusedWithoutBlocking_WhenItIsAPipe() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let error = #expect(throws: ConfigurationError.self) { try NodeConfiguration.load(path: path, environment: [:]) }
        #expect(error?.description == "\(path):1:1: is not a regular file")
    }

    @Test func mistakes_AreCountedNotKept_WhenThereAreTooMany() throws {
        let text = (0..<100_000).map { "k\($0): 1\n" }.joined()
        let start = ContinuousClock.now
        let error = #expect(throws: ConfigurationError.self) { try NodeConfiguration.parse(Array(text.utf8), file: "/f") }
        #expect(error?.problems.count == 100)
        // Beside the keys, upstream.path is missing.
        #expect(error?.description.hasSuffix("\n/f: … and 99901 more") == true)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func suggestion_CostsNothing_WhenTheKeyIsHuge() {
        let text = "? " + String(repeating: "a", count: 1_000_000) + "\n: 1\n"
        let start = ContinuousClock.now
        #expect(throws: ConfigurationError.self) { try NodeConfiguration.parse(Array(text.utf8), file: "/f") }
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test(arguments: [
        "[", "{", "- ", "? ", "a: [", "[[],", "\"", "'", "&a ", "*a ", "!", "{a: ", "- - ? ", "|\n", "\n ", "%", "a\n",
    ])
    func reader_AnswersInTime_WhenAMebibyteRepeats(_ piece: String) {
        let text = Array(String(repeating: piece, count: (1 << 20) / piece.utf8.count).utf8)
        let start = ContinuousClock.now
        // Whether such a text is refused does not matter here; that it ends, and soon, does.
        _ = try? NodeConfiguration.parse(text, file: "/heliostat.yaml")
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func reader_RefusesNesting_BeforeItHurtsTheStack() {
        let depth = YAMLReader.maximumDepth
        #expect(throws: Never.self) {
            try YAMLReader.read(Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8))
        }
        #expect(throws: YAMLError.self) {
            try YAMLReader.read(
                Array((String(repeating: "[", count: depth + 1) + String(repeating: "]", count: depth + 1)).utf8))
        }
    }

    @Test func parser_NeverTraps_WhenGoodFilesAreMutated() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(state: seed)
        let seeds = try FixtureTests.good.map { try Array(Data(contentsOf: URL(filePath: FixtureTests.directory + "/" + $0))) }
        for _ in 0..<2000 {
            var text = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<text.count, using: &random)
                text[index] = Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : text[index] ^ 1
            }
            do { _ = try NodeConfiguration.parse(text, file: "/heliostat.yaml") } catch {
                #expect(!error.problems.isEmpty, "seed \(seed)")
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): reproducible from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
