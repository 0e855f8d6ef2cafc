@testable import HelioAPI
import HelioNode
import Testing

/// What balancers rely on, for a farm of one: with this node SYNCHRONIZED some node is, otherwise none.
@Test(arguments: NodeState.allCases, [false, true])
func status_FollowsTheTable_WhenAloneInItsFarm(state: NodeState, strict: Bool) {
    let expected =
        switch state {
        case .synchronized: 200
        case .bootstrapping, .bootstrapped, .metadataSynchronized: strict ? 503 : 200
        case .starting, .stopping, .error: 503
        }
    for draining in [nil, "upgrade"] {
        var snapshot = Sample.snapshot(state)
        snapshot.draining = draining
        snapshot.judge(strict: strict)
        #expect(snapshot.verdict.code == (draining == nil ? expected : 503))
        let body = String(decoding: StatusAnswer.body(snapshot.verdict), as: UTF8.self)
        #expect(body == #"{"state":"\#(state.rawValue)","nodeCount":"1"}"#)
    }
}

@Test(arguments: NodeState.allCases)
func status_FollowsTheTable_WhenAnotherNodeIsSynchronized(state: NodeState) {
    let farm = FarmView(nodeCount: 4, othersSynchronized: 1, othersReady: 1)
    let verdict = StatusVerdict(state: state, draining: false, strict: false, farm: farm)
    #expect(verdict.code == (state == .synchronized ? 200 : 503))
    #expect(String(decoding: StatusAnswer.body(verdict), as: UTF8.self) == #"{"state":"\#(state.rawValue)","nodeCount":"4"}"#)
}

@Test func board_ShowsTheLastSnapshot_WhenManyThreadsPublishAndRead() async {
    let board = NodeBoard(identity: Sample.identity, snapshot: Sample.snapshot(.starting))
    await withTaskGroup { group in
        for _ in 0..<4 {
            group.addTask {
                for round in 0..<500 {
                    board.publish(Sample.snapshot(NodeState.allCases[round % 7]))
                    board.identify { $0.address.port = UInt16(round) }
                    _ = board.page.status
                }
            }
        }
    }
    board.publish(Sample.snapshot(.synchronized))
    #expect(board.snapshot.state == .synchronized)
    #expect(board.identity.name == "mirror-1")
}
