import Testing

@testable import HelioNode

/// What a node tells the farm of itself, and what it hears from one that refuses it. Times are seconds.
struct RegistrationTests {
    private var machine: FarmMachine
    private let record: MemberRecord
    private let other: MemberID

    init() throws {
        record = MemberRecord(
            id: try #require(MemberID("00000000-0000-4000-8000-000000000001")), name: "n", host: "127.0.0.1", port: 1, version: "0", upstream: "old")
        other = try #require(MemberID("00000000-0000-4000-8000-000000000002"))
        machine = FarmMachine(record, settings: FarmSettings(), seed: 1, now: MonotonicTime(nanoseconds: 0))
    }

    private mutating func feed(_ event: FarmEvent, at seconds: Int64) -> [FarmEffect] {
        machine.handle(event, at: MonotonicTime(nanoseconds: seconds * 1_000_000_000))
    }

    private mutating func read(at seconds: Int64) -> [FarmEffect] {
        var peer = record
        peer.id = other
        let time = MonotonicTime(nanoseconds: seconds * 1_000_000_000)
        return feed(.read(FarmReading(beganAt: time, members: [peer], wasRegistered: true, epoch: 1)), at: seconds)
    }

    /// Others compare theirs with it when they start, and would be refused for the list that everybody has by now.
    @Test mutating func newUpstream_IsRegisteredAtOnce() {
        _ = feed(.wake, at: 0)
        _ = read(at: 0)
        let beats = feed(.upstreamReplaced(fingerprint: "new"), at: 1).compactMap { effect -> String? in
            if case .beat(let record) = effect { record.upstream } else { nil }
        }
        #expect(beats == ["new"])
    }

    /// The same numbers may stand for other repositories there; and an order that is not obeyed is never answered either.
    @Test mutating func refusedNode_HearsNothing_AndTellsOfItsListingsLater() throws {
        _ = feed(.wake, at: 0)
        _ = feed(.refused(.otherUpstream(of: "m")), at: 0)
        var random = SeededGenerator(seed: 1)
        let messages: [FarmMessage] = [
            .listed(FarmOperationID(using: &random)), .announced(RepositoryID(1), number: 2), .delivered(RepositoryID(1), number: 2, endpoint: "ci"),
        ]
        for message in messages {
            let effects = feed(.letter(FarmLetter(sender: other, message: message), ours: nil), at: 1)
            #expect(effects.isEmpty, "\(effects)")
        }
        _ = read(at: 5)
        let told = feed(.listed, at: 6).contains { if case .send(.listed) = $0 { true } else { false } }
        #expect(told)
    }
    /// Redis came back, and the farm takes this node no longer.
    @Test mutating func refusedNode_TellsNothing_AndLaterWhatTheOthersHaveToKnow() throws {
        _ = feed(.wake, at: 0)
        _ = read(at: 0)
        _ = feed(.published, at: 1)
        _ = feed(.refused(.otherUpstream(of: "m")), at: 2)
        let name = try RepositoryName("P/r")
        let content = MirrorHash.known(Digest(raw: [UInt8](repeating: 1, count: 32)))
        let change = HeldChange(id: HeldID(1), repository: RepositoryID(1), name: name, content: content)
        let told = [
            feed(.held(change, .incremental, listedAt: MonotonicTime(nanoseconds: 3_000_000_000)), at: 3), feed(.notifiedHere(name), at: 3),
            feed(.adopted(RepositoryID(2), number: 1, sender: other, remaining: []), at: 3), feed(.listed, at: 3),
        ]
        #expect(told.flatMap(\.messages).isEmpty)
        #expect(machine.keepsDeliveries)
        #expect(feed(.delivered(RepositoryID(1), number: 1, endpoint: "ci"), at: 3).messages.count == 1, "kept by whoever tells it later")
        let messages = read(at: 8).messages
        #expect(messages.count == 1)
        #expect(messages.contains { if case .changed(_, name, change.repository, content) = $0 { true } else { false } })
        #expect(!machine.keepsDeliveries)
    }
}
