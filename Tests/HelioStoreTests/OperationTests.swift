import HelioNode
import TestSupport
import Testing

@testable import HelioStore

struct OperationTests {
    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
    }

    private func operation(_ id: String, repository: String? = nil) -> StoredOperation {
        StoredOperation(id: id, kind: "fetch", repository: repository.map { ByteString($0) }, run: nil, startedAt: Samples.time)
    }

    private func note(_ started: [String] = [], ended: [String] = [], alive: [String] = [], boot: String, at second: Int64) async throws {
        try await store.noteOperations(
            started: started.map { operation($0) }, ended: ended, alive: alive, boot: boot,
            at: MonotonicTime(nanoseconds: second * 1_000_000_000))
    }

    private func silent(of boot: String, since second: Int64) async throws -> [String] {
        try await store.takeOperations(of: boot, silentSince: MonotonicTime(nanoseconds: second * 1_000_000_000)).map(\.id).sorted()
    }

    @Test func operation_IsTakenOnce_ByWhoeverSweepsFirst() async throws {
        try await note((0..<500).map { "\($0)" }, boot: "a", at: 0)
        let store = store
        let taken = try await withThrowingTaskGroup(of: [StoredOperation].self) { group in
            for _ in 0..<2 { group.addTask { try await store.takeOperations(notOf: "b") } }
            for _ in 0..<2 {
                group.addTask { try await store.takeOperations(of: "a", silentSince: MonotonicTime(nanoseconds: 1)) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.count == 500)
        #expect(Set(taken.map(\.id)).count == 500)
    }

    @Test func operation_ComesBackAsItWasStored() async throws {
        let operation = operation("one", repository: "P/caf\u{e9}")
        try await store.noteOperations(
            started: [operation], ended: [], alive: [], boot: "a", at: MonotonicTime(nanoseconds: 0))
        #expect(try await store.takeOperations(notOf: "b") == [operation])
        #expect(try await store.takeOperations(notOf: "b").isEmpty)
    }

    @Test func operations_OfThisProcess_AreTaken_OnlyWhenNobodyVouchesForThem() async throws {
        try await note(["beating", "silent", "ended"], boot: "a", at: 0)
        try await note(["other"], boot: "b", at: 0)
        try await note(ended: ["ended", "never-was"], alive: ["beating"], boot: "a", at: 50)
        #expect(try await silent(of: "a", since: 40) == ["silent"])
        #expect(try await silent(of: "a", since: 40).isEmpty)
        #expect(try await store.takeOperations(notOf: "a").map(\.id) == ["other"])
    }
}
