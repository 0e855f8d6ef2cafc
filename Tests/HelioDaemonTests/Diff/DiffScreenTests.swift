import Foundation
@testable import HelioNode
import Testing

@testable import HelioDaemon

/// What people and scripts get to see.
struct DiffScreenTests {
    private func reading(_ id: Int64, _ disk: DiskReading, _ name: String? = nil) throws -> DiffReading {
        DiffReading(
            id: RepositoryID(id), project: ProjectID(1), name: try name.map { try RepositoryName(ByteString($0)) }, content: Self.content,
            standing: DiffStanding(hasCopy: true, status: .synchronized), disk: disk)
    }

    private static let content = MirrorHash.known(Digest(raw: Array(repeating: 1, count: 32)))

    private static func disk(_ objects: Int64, _ bytes: Int64) -> DiskReading {
        .read(DiskContent(content: content, figures: CopyFigures(refs: 1, objects: objects, bytes: bytes)))
    }

    private func outcome(_ a: [DiffReading], _ b: [DiffReading], notes: [String] = []) -> DiffOutcome {
        func side(_ readings: [DiffReading]) -> DiffSide {
            DiffSide(role: .mirror, readings: Dictionary(uniqueKeysWithValues: readings.map { ($0.id, $0) }))
        }
        func description(_ name: String) -> DiffSideDescription {
            DiffSideDescription(
                kind: .node, source: "/run/\(name)", name: name, state: "SYNCHRONIZED", looksAtDisks: true,
                backlog: DiffBacklog(behind: 3, firstCopies: 1, quarantined: 2, oldest: .seconds(90)))
        }
        let report = DiffReport(side(a), side(b), at: MonotonicTime(nanoseconds: 0), tolerance: .seconds(30))
        return DiffOutcome(a: description("m1"), b: description("m2\u{1B}[2J"), report: report, tolerance: .seconds(30), lookedAgain: 4, notes: notes)
    }

    @Test func figures_StandExactlyAndInGiB_BesideTheBacklog() throws {
        let lines = outcome([try reading(1, Self.disk(24_081, 891_300_185_024))], [try reading(1, Self.disk(21_081, 808_777_708_664))])
            .lines(width: nil, height: nil, hasColour: false)
        let text = lines.joined(separator: "\n")
        for words in [
            "24,081", "21,081", "-3,000", "891,300,185,024", "808,777,708,664", "-82,522,476,360", "830.09", "753.23", "-76.86",
            "backlog A", "3 behind, 1 first copies outstanding, the oldest for 1m 30s, 2 quarantined", "packed-differently", "4 looked at again after 30s",
        ] { #expect(text.contains(words), "\(words) in\n\(text)") }
        #expect(!text.contains("\u{1B}"), "a name of a peer's steers the terminal")
    }

    @Test func screen_IsOne_HoweverMuchDiffers_AndTheWorstIsOnIt() throws {
        let lost = try (1...200).map { try reading($0, .absent, "P/lost-\($0)") }
        let gone = try (201...400).map { try reading($0, Self.disk(1, 1), "P/missing-\($0)") }
        let other = try (1...200).map { try reading($0, Self.disk(1, 1), "P/lost-\($0)") }
        let outcome = outcome(lost + gone, other, notes: ["a note"])
        for height in [24, 40, 120] {
            let lines = outcome.lines(width: nil, height: height, hasColour: false)
            #expect(lines.count <= height, "\(lines.count) of \(height)")
            let text = lines.joined(separator: "\n")
            for words in ["claimed-absent", "P/lost-1 ", "missing", "more (--all)", "a note", "critical"] {
                #expect(text.contains(words), "\(words) in\n\(text)")
            }
        }
        let all = outcome.lines(width: nil, height: nil, hasColour: false)
        #expect(all.count > 400 && !all.contains { $0.contains("more (--all)") })
    }

    @Test func everything_FitsWhereThereIsRoomForIt() throws {
        let outcome = outcome([try reading(1, .absent, "P/one"), try reading(2, .absent)], [])
        let text = outcome.lines(width: nil, height: 40, hasColour: false).joined(separator: "\n")
        #expect(text.contains("P/one") && text.contains("repository 2") && !text.contains("more (--all)"))
    }

    @Test(arguments: [
        (0, "0.00"), (1, "0.00"), (5_368_709, "0.00"), (5_368_710, "0.01"), (1 << 30, "1.00"), ((1 << 30) - 1, "1.00"),
        (891_300_185_024, "830.09"), (-82_522_476_360, "-76.86"), (-1, "0.00"), (Int64.max, "8,589,934,592.00"),
    ] as [(Int64, String)])
    func gibibytes_AreRoundedToTwoPlaces(bytes: Int64, text: String) { #expect(Gibibytes.text(bytes) == text) }

    @Test func json_HasAllClassesAndExactNumbers() throws {
        let json = outcome([try reading(1, .absent, "P/one")], [try reading(1, Self.disk(7, 1 << 53 + 1))]).json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        #expect(object["exitCode"] as? Int == 2 && object["severity"] as? String == "critical")
        let classes = try #require(object["classes"] as? [String: Int])
        #expect(Set(classes.keys) == Set(DiffClass.allCases.map(\.rawValue)) && classes["claimed-absent"] == 1)
        let difference = try #require((object["differences"] as? [[String: Any]])?.first)
        #expect(difference["repository"] as? String == "P/one" && difference["side"] as? String == "A")
        #expect(difference["class"] as? String == "claimed-absent" && difference["severity"] as? String == "critical")
        let b = try #require(object["b"] as? [String: Any])
        #expect((b["bytes"] as? NSNumber)?.int64Value == 1 << 53 + 1 && b["gib"] as? Double == 8_388_608)
        #expect((object["a"] as? [String: Any])?["bytes"] == nil)
    }
}
