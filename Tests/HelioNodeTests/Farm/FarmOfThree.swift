import Testing

@testable import HelioNode

/// The first node of a farm of three, told what happens. Times are seconds.
protocol FarmOfThree {
    var machine: FarmMachine { get set }
    var records: [MemberRecord] { get }
}

extension FarmOfThree {
    /// All of them SYNCHRONIZED.
    static func makeRecords() throws -> [MemberRecord] {
        try (1...3).map { number in
            let id = try #require(MemberID("00000000-0000-4000-8000-00000000000\(number)"))
            var record = MemberRecord(id: id, name: "n\(number)", host: "127.0.0.1", port: 1, version: "0", upstream: "u")
            (record.standing.state, record.standing.status, record.standing.isReady) = (.synchronized, 200, true)
            return record
        }
    }

    static func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }
    static func content(_ number: UInt8) -> MirrorHash { .known(Digest(raw: [UInt8](repeating: number, count: 32))) }

    var this: MemberID { records[0].id }
    var others: [MemberID] { records[1...].map(\.id) }

    @discardableResult
    mutating func feed(_ event: FarmEvent, at seconds: Double) -> [FarmEffect] { machine.handle(event, at: Self.at(seconds)) }

    @discardableResult
    mutating func read(_ members: [MemberRecord]? = nil, at seconds: Double) -> [FarmEffect] {
        feed(.read(FarmReading(beganAt: Self.at(seconds), members: members ?? Array(records[1...]), wasRegistered: true, epoch: 1)), at: seconds)
    }

    @discardableResult
    mutating func letter(_ message: FarmMessage, from sender: MemberID, at seconds: Double) -> [FarmEffect] {
        feed(.letter(FarmLetter(sender: sender, message: message), ours: nil), at: seconds)
    }
}

extension [FarmEffect] {
    var messages: [FarmMessage] { compactMap { if case .send(let message) = $0 { message } else { nil } } }
}
