import Foundation
import HelioNode
import TestSupport
import Testing

@testable import HelioDaemon

/// Nodes that answer well, otherwise, or not to the end.
struct DiffNodeTests {
    private static let zeros = String(repeating: "0", count: 40)
    private static let header =
        #"{"inspection":1,"node":"m\u001b1","version":"1","state":"SYNCHRONIZED","upstream":"u","fingerprint":"f","refsExclude":["refs/pull"]}"#
    private static let end =
        #"{"end":true,"repositories":1,"backlog":{"behind":2,"firstCopies":1,"quarantined":0,"oldestSeconds":90}}"#

    private static func line(_ id: Int) -> String {
        """
        {"id":\(id),"project":2,"name":"P/r\(id)","hashes":{"content":"\(zeros)","metadata":"\(zeros)"},"copy":true,"status":"behind",\
        "outstandingSeconds":60,"confirmedSeconds":70,"changedSeconds":80,"changing":false,"disk":{"state":"absent"}}
        """
    }

    private func hear(_ lines: [String], size: Int = 64) -> Result<DiffTelling, DiffProblem> {
        var heard = HeardInspection()
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let now = MonotonicTime(nanoseconds: 1_000_000_000_000)
        for start in stride(from: 0, to: bytes.count, by: size) {
            if let why = heard.take(bytes[start..<min(start + size, bytes.count)], at: now) { return .failure(.incomparable(why)) }
        }
        do throws(DiffProblem) { return .success(try heard.telling(.socket("s"))) } catch { return .failure(error) }
    }

    @Test(arguments: [1, 7, 4096]) func inspection_IsHeard_WithAgesTakenOffTheMoment(size: Int) throws {
        let telling = try hear(["", Self.header, "", Self.line(4), "", Self.end, ""], size: size).get()
        #expect(telling.side.backlog == DiffBacklog(behind: 2, firstCopies: 1, quarantined: 0, oldest: .seconds(90)))
        #expect(telling.state == "SYNCHRONIZED" && telling.looksAtDisks)
        let reading = try #require(telling.side.readings[RepositoryID(4)])
        #expect(reading.name?.description == "P/r4" && reading.disk == .absent && reading.standing?.status == .behind)
        #expect(reading.standing?.outstandingSince == MonotonicTime(nanoseconds: 940_000_000_000))
        #expect(reading.confirmedAt == MonotonicTime(nanoseconds: 930_000_000_000))
        #expect(reading.heldSince == MonotonicTime(nanoseconds: 920_000_000_000))
    }

    @Test(arguments: [
        [], [header], [header, line(1)], [header, line(1), ""], [line(1), end, ""], [header, end, line(1), ""], [header, header, ""],
        [header, line(1), line(1), end, ""], [header, line(1), line(2), end, ""], [header, end, ""], [header, line(1), end, end, ""],
        [header, line(1), end], [header, "{", ""], [header, String(repeating: "[", count: 200_000), ""],
        [header, String(repeating: "x", count: 300_000)], ["<html>", ""],
    ])
    func inspection_ThatIsCutOrWrong_IsNoComparison(lines: [String]) {
        #expect(throws: DiffProblem.self) { try hear(lines).get() }
    }

    private func answer(_ text: String, status: String = "200 OK") -> Peer {
        Peer(.answers("HTTP/1.1 \(status)\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"))
    }

    private func outcome(_ a: String, _ b: String, _ change: (inout Diff.Options) -> Void = { _ in }) async -> Result<DiffOutcome, DiffProblem> {
        var options = Diff.Options()
        options.tolerance = .zero
        options.silence = .milliseconds(500)
        change(&options)
        do throws(DiffProblem) { return .success(try await Diff(a, b, options).run()) } catch { return .failure(error) }
    }

    private func why(_ outcome: Result<DiffOutcome, DiffProblem>) -> String {
        guard case .failure(.incomparable(let why)) = outcome else { return "\(outcome)" }
        return why
    }

    @Test func node_ThatIsNoneOfOurs_IsSaidToBeUnusable() async throws {
        let directory = try TemporaryDirectory()
        let saved = try directory.file("h.json", Array(#"{"projects":[]}"#.utf8))
        let peers: [(Peer, String)] = [
            (answer("<html>", status: "404 Not Found"), "404"), (answer("<html>"), "not the JSON"), (answer(#"{"projects":[{"id":1"#), "cut"),
            (Peer(.isSilent), "no answer"), (Peer(.answers("SSH-2.0\r\n\r\n")), "not HTTP"), (answer(""), "empty"),
            (answer(String(repeating: #"{"projects":["#, count: 50_000)), "nested"),
        ]
        for (peer, words) in peers {
            let said = why(await outcome("http://127.0.0.1:\(peer.port)", saved))
            #expect(said.contains(words), "\(said)")
        }
    }

    /// A peer may say of its ages what it likes.
    @Test func ages_OfThirtyYears_AreReckonedWith() throws {
        let old = Self.line(1).replacing("60,", with: "1e9,").replacing("70,", with: "1e9,").replacing("80,", with: "1e9,")
        let a = try hear([Self.header, old, Self.end, ""]).get()
        let b = try hear([Self.header, Self.line(1).replacing("60,", with: "0,"), Self.end, ""]).get()
        let report = DiffReport(a.side, b.side, at: MonotonicTime(nanoseconds: 1_000_000_000_000), tolerance: .zero)
        #expect(report.count(.claimedAbsent) == 1)
        #expect(old.contains("\"changedSeconds\":1e9"))
    }

    @Test func tokens_GoToTheirSides_AndARefusalIsSaid() async throws {
        let directory = try TemporaryDirectory()
        let refusing = [answer("{}", status: "401 Unauthorized"), answer("{}", status: "401 Unauthorized")]
        let tokens = try ["first-token", "second-token"].map { try SecretFile.read(directory.secret($0, $0)) }
        let said = why(await outcome("http://127.0.0.1:\(refusing[0].port)", "http://127.0.0.1:\(refusing[1].port)") { $0.tokens = tokens })
        #expect(said.contains("401"))
        #expect(refusing[0].requests.first?.contains("Bearer first-token") == true)
        #expect(refusing[1].requests.first?.contains("Bearer second-token") ?? true)
    }

    @Test func savedHashes_AreComparedAtOnce() async throws {
        func file(_ name: String, _ hash: Character, _ ids: Int...) throws -> String {
            let hashes = ids.map { #"{"id":\#($0),"hashes":{"content":"\#(String(repeating: hash, count: 64))"}}"# }.joined(separator: ",")
            return try directory.file(name, Array(#"{"projects":[{"id":1,"repositories":[\#(hashes)]}]}"#.utf8))
        }
        let directory = try TemporaryDirectory()
        let (one, same, other, less) = (try file("a", "a", 1, 2), try file("b", "a", 1, 2), try file("c", "c", 1, 2), try file("d", "a", 1))
        let begun = ContinuousClock.now
        let waiting: (inout Diff.Options) -> Void = { $0.tolerance = .seconds(600) }
        #expect(try await outcome(one, same, waiting).get().exitCode == 0)
        #expect(try await outcome(one, other, waiting).get().exitCode == 2)
        let missing = try await outcome(one, less, waiting).get()
        #expect(missing.exitCode == 1 && missing.report.count(.missing) == 1 && missing.lookedAgain == 0)
        #expect(ContinuousClock.now - begun < .seconds(60))
        let strangers = try await outcome(try file("e", "a", 7), less).get()
        #expect(strangers.notes.contains { $0.contains("one upstream") })
    }
}
