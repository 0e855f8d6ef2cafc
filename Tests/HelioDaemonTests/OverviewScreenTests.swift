import Testing

@testable import HelioDaemon

struct OverviewScreenTests {
    private var synchronized: Overview {
        Overview(
            node: "mirror-1", version: "0.1.0", state: "SYNCHRONIZED", stateSince: "2026-01-02T03:04:05Z", stateSeconds: 7325,
            status: 200,
            ready: true, lagSeconds: 0, lastUpstreamContactSeconds: 1.5, discovering: false,
            repositories: .init(total: 3, synchronized: 3, behind: 0, quarantined: 0, firstCopiesLeft: 0),
            queue: .init(waiting: 0, running: 0))
    }

    private var troubled: Overview {
        var overview = synchronized
        overview.state = "METADATA_SYNCHRONIZED"
        overview.status = 503
        overview.ready = false
        (overview.draining, overview.drainKept) = ("new disk", true)
        overview.discovering = true
        overview.lagSeconds = 65
        overview.lastUpstreamContactSeconds = nil
        overview.repositories = .init(total: 8, synchronized: 5, behind: 1, quarantined: 1, firstCopiesLeft: 2)
        overview.queue = .init(waiting: 1, running: 1)
        overview.reasons = [.init(rule: "max_lag", actual: "12m", limit: "10m", remedy: "lag below 5m for 60s")]
        overview.worst = [
            .init(
                repository: "P/a", status: "quarantined", seconds: 12, reason: "auth", message: "the token was refused",
                failures: 5),
            .init(repository: "PROJECT/b", status: "waiting", seconds: 0.25, reason: nil, message: nil, failures: 0),
        ]
        overview.rejected = [.init(path: "-x.git", why: "a segment of the name starts with -")]
        overview.purgeGuard = "4 of 8 repositories are gone upstream"
        return overview
    }

    @Test func screen_IsShort_WhenAllIsWell() {
        #expect(
            synchronized.lines(width: nil, hasColour: false).joined(separator: "\n") == """
                node          mirror-1  heliostat 0.1.0
                state         SYNCHRONIZED for 2h 2m, since 2026-01-02T03:04:05Z
                /status       200   /readyz ready
                repositories  3 total, 3 synchronized, 0 behind, 0 quarantined
                queue         0 running, 0 waiting
                lag           0s, upstream answered 1.5s ago
                """)
    }

    @Test func screen_NamesEveryTrouble() {
        #expect(
            troubled.lines(width: 72, hasColour: false).joined(separator: "\n") == """
                node          mirror-1  heliostat 0.1.0
                state         METADATA_SYNCHRONIZED for 2h 2m, since 2026-01-02T03:04:0…
                /status       503   /readyz not ready
                draining      new disk  (over restarts)
                discovery     asking the upstream for its repositories
                first sync    ████████████████████████████████████░░░░░░░░░░░░ 6/8 75 %
                repositories  8 total, 5 synchronized, 1 behind, 1 quarantined
                queue         1 running, 1 waiting
                lag           1m 5s, no answer from the upstream yet
                purge guard   4 of 8 repositories are gone upstream

                not ready because
                  max_lag: 12m, limit 10m; lag below 5m for 60s

                repositories to look at
                  P/a        quarantined 12s     auth: the token was refused (5 failure…
                  PROJECT/b  waiting     0.3s

                not mirrored
                  -x.git  a segment of the name starts with -
                """)
    }

    @Test func nodeHeldByItsFarm_IsReady_WhateverSpeaksAgainstIt() {
        var overview = troubled
        overview.ready = true
        let lines = overview.lines(width: 72, hasColour: false)
        #expect(lines.contains("ready, although") && !lines.contains("not ready because"))
    }

    @Test func colour_AddsNothingButColour() {
        for width in [nil, 20, 40, 72, 200] {
            let plain = troubled.lines(width: width, hasColour: false)
            let coloured = troubled.lines(width: width, hasColour: true)
            #expect(coloured.contains { $0.contains("\u{1B}[31m") })
            #expect(coloured.map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "") } == plain)
        }
    }

    @Test(arguments: [1, 2, 13, 14, 15, 20, 40, 80])
    func line_FitsTheTerminal(width: Int) {
        for line in troubled.lines(width: width, hasColour: false) { #expect(line.count <= width) }
    }

    @Test func text_CannotCommandTheTerminal() {
        var overview = synchronized
        overview.node = "a\u{1B}[2Jb\r\nc\u{202E}d"
        overview.worst = [
            .init(repository: "\u{9B}31mx", status: "behind", seconds: -1, reason: nil, message: "\u{7}", failures: 1)
        ]
        for line in overview.lines(width: nil, hasColour: false) {
            #expect(!line.unicodeScalars.contains { [.control, .format].contains($0.properties.generalCategory) })
        }
    }

    /// Whatever a node of another version, or something that is no node, may answer.
    @Test(arguments: [Int.min, -1, 0, 1, Int.max])
    func numbers_NeverTrap(number: Int) {
        var overview = synchronized
        overview.repositories = .init(
            total: number, synchronized: number, behind: number, quarantined: number, firstCopiesLeft: number)
        for left in [Int.min, 0, 3, Int.max] {
            overview.repositories.firstCopiesLeft = left
            for seconds in [Double.nan, -.infinity, .infinity, -1, 1e300] {
                overview.lagSeconds = seconds
                #expect(overview.lines(width: 80, hasColour: true).count >= 6)
            }
        }
    }

    @Test(arguments: [
        (0.0, "0s"), (0.04, "0.0s"), (1.5, "1.5s"), (12.4, "12s"), (60, "1m"), (61, "1m 1s"), (3600, "1h"), (90_000, "1d 1h"),
        (-1, "?"),
    ])
    func age_HasTwoUnitsAtMost(seconds: Double, expected: String) {
        #expect(Overview.age(seconds) == expected)
    }
}
