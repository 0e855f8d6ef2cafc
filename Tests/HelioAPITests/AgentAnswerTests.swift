@testable import HelioAPI
import HelioNode
import Testing

struct AgentAnswerTests {
    private func line(_ state: NodeState, draining: String? = nil) -> String {
        var snapshot = Sample.snapshot(state)
        snapshot.draining = draining
        snapshot.judge(strict: true)
        return String(decoding: AgentAnswer.line(snapshot, at: Sample.now.monotonic), as: UTF8.self)
    }

    @Test func goodNode_IsReady_OthersAreNot() {
        #expect(line(.synchronized) == "ready 100%\n")
        for state in NodeState.allCases where state != .synchronized {
            #expect(line(state) == (state == .stopping ? "drain #STOPPING\n" : "maint #\(state.rawValue)\n"))
        }
    }

    @Test func reason_StaysOnItsLine_AndIsShort() {
        #expect(line(.synchronized, draining: "new disk") == "drain #new disk\n")
        #expect(line(.bootstrapped, draining: "a\nready\u{1B}é") == "drain #a?ready??\n")
        #expect(line(.synchronized, draining: String(repeating: "x", count: 5000)).utf8.count == 108)
    }

    @Test(arguments: [(0, 100), (300, 100), (301, 100), (450, 55), (599, 11), (600, 10), (1_000_000, 10)] as [(Int, Int)])
    func weight_FallsWithTheLag_AndIsNeverNothing(lag: Int, weight: Int) {
        let limits = LagHysteresis.Limits(leave: .seconds(600), enter: .seconds(300), hold: .seconds(60))
        #expect(AgentAnswer.weight(lag: .seconds(lag), limits) == weight)
    }

    @Test func weight_IsWholeOrLeast_WhereTheLimitsAreOne() {
        let limits = LagHysteresis.Limits(leave: .seconds(5), enter: .seconds(5), hold: .zero)
        #expect(AgentAnswer.weight(lag: .seconds(5), limits) == 100 && AgentAnswer.weight(lag: .seconds(6), limits) == 10)
    }
}
