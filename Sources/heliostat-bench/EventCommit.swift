import Glibc
import HelioNode
import HelioStore

/// What a change of a repository takes in the store, with an event for one endpoint in its transaction and without: the median of
/// each, taken in turns.
enum EventCommit {
    private static let turns = 400

    /// - Parameter data: a directory of its own.
    /// - Returns: milliseconds with an event, and without.
    static func measure(in data: String) async throws -> (with: Double, without: Double) {
        let store = try await Store.open(data)
        try await SyntheticCatalogue(count: 1).write(to: store)
        var (with, without): ([Double], [Double]) = ([], [])
        for turn in 0..<turns {
            with.append(try await change(turn, event(Int64(turn)), store))
            without.append(try await change(turn, nil, store))
        }
        return (with.sorted()[turns / 2], without.sorted()[turns / 2])
    }

    private static func change(_ turn: Int, _ event: OutboxEvent?, _ store: Store) async throws -> Double {
        let began = now()
        let id = try await store.prepare(try prepared(turn), event: event, at: WallTime(millisecondsSince1970: Int64(turn)))
        try await store.complete(id, content: .known(Digest(raw: digest(turn))), head: .symbolic(.main), at: WallTime(millisecondsSince1970: Int64(turn)))
        return Double(now() - began) / 1_000_000
    }

    /// Three refs, one of which moves.
    private static func prepared(_ turn: Int) throws -> PreparedChange {
        PreparedChange(
            repository: RepositoryID(1), name: try RepositoryName(project: "P0", slug: "repository-1"), kind: .incremental,
            old: snapshot(turn), new: snapshot(turn + 1))
    }

    private static func snapshot(_ turn: Int) -> RefSnapshot {
        let refs = ["main", "other", "release"].compactMap { name in
            ObjectID(raw: Array(digest(name == "main" ? turn : 0).suffix(20))).map { Ref(name: RefName(ByteString("refs/heads/\(name)")), target: $0) }
        }
        return RefSnapshot(format: .sha1, refs: refs, head: .symbolic(.main))
    }

    private static func digest(_ number: Int) -> [UInt8] {
        [UInt8](repeating: 7, count: 28) + withUnsafeBytes(of: Int32(number).bigEndian) { Array($0) }
    }

    private static func event(_ number: Int64) -> OutboxEvent {
        OutboxEvent(
            webhookID: "00000000-0000-5000-8000-\(100_000_000_000 + number)", key: "mirror:repo_synchronized", repository: RepositoryID(1),
            number: number + 1, body: [UInt8](repeating: 0x20, count: 1200), endpoints: ["ci"])
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
