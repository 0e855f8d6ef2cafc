import HelioFarm
import HelioNode
import Testing

@testable import HelioDaemon

/// What a node tells the others.
struct OutgoingTests {
    /// Takes whatever it is told, and remembers the last of each repository.
    private actor Meeting: FarmCoordinator {
        nonisolated let hints = AsyncStream<FarmHint> { $0.finish() }
        private(set) var count = 0
        private(set) var isInOrder = true
        private(set) var longest = 0
        private var last: [RepositoryID: Int64] = [:]

        func start() {}
        func stop() {}
        func leave(_ record: MemberRecord) {}
        func register(_ record: MemberRecord) async throws(CoordinatorError) -> FarmReading {
            throw CoordinatorError.unavailable("nobody asks")
        }
        func letters(after cursor: String?) -> FarmMail { FarmMail(letters: [], cursor: cursor) }
        func ask(_ request: LeaseRequest, owner: MemberRecord, floor: Int64) -> LeaseReply { .refused }
        func propose(_ announcement: FarmAnnouncement, isSent: Bool) -> ProposalReply { .accepted(sender: announcement.sender) }
        func remind(_ last: [LastAnnouncement]) {}
        func announcement(_ repository: RepositoryID, number: Int64) -> FarmAnnouncement? { nil }

        func send(_ messages: [FarmMessage], from sender: MemberID) {
            count += messages.count
            longest = max(longest, messages.count)
            for case .delivered(let repository, let number, _) in messages {
                if number != last[repository, default: 0] + 1 { isInOrder = false }
                last[repository] = number
            }
        }
    }

    private let meeting = Meeting()
    private let outgoing: Outgoing

    init() throws {
        let sender = try #require(MemberID("00000001-0000-4000-8000-000000000001"))
        outgoing = Outgoing(coordinator: meeting, sender: sender, log: NodeLog(LogOutput(NodeConfiguration.Log()).logger("test")))
    }

    private func outage(repositories: Int64, events: Int64) {
        for repository in 1...repositories {
            for number in 1...events { outgoing.keep(.delivered(RepositoryID(repository), number: number, endpoint: "ci")) }
        }
    }

    @Test func whatWasDeliveredInAnOutage_IsToldOnce_InOrder_AFewAtATime() async {
        outage(repositories: 7, events: 500)
        outgoing.tellAgain()
        outgoing.tellAgain()
        outgoing.append(.delivered(RepositoryID(8), number: 1, endpoint: "ci"))
        await outgoing.flush()
        #expect(await meeting.count == 3501)
        #expect(await meeting.isInOrder)
        #expect(await meeting.longest == 64)
    }
}
