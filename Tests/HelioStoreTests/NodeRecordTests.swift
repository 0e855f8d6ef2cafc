import Foundation
import HelioNode
import HelioStore
import TestSupport
import Testing

struct NodeRecordTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func identity_IsVersion4UUID_AndStays() async throws {
        let first = try await Store.open(directory.path).nodeIdentity
        #expect(try #require(UUID(uuidString: first)).uuidString.lowercased() == first)
        #expect(Array(first)[14] == "4")
        #expect("89ab".contains(Array(first)[19]))
        #expect(try await Store.open(directory.path).nodeIdentity == first)
        #expect(try await Store.open(directory.path + "/other").nodeIdentity != first)
    }

    @Test(arguments: ["", "x", "6f9619ff-8b86-d011-b42d-00c04fc964f", "6f9619ff-8b86-d011-b42d-00c04fc964ff\n\n"])
    func damagedIdentity_IsRefused(_ text: String) async throws {
        let path = directory.path + "/node-id"
        try Data(text.utf8).write(to: URL(filePath: path))
        await #expect(throws: StoreError.corrupt("\(path) does not hold a UUID")) { try await Store.open(directory.path) }
    }

    @Test func synchronizedLatch_SurvivesRestart() async throws {
        #expect(try await Store.open(directory.path).wasSynchronized == false)
        try await Store.open(directory.path).setSynchronized(true)
        #expect(try await Store.open(directory.path).wasSynchronized)
        try await Store.open(directory.path).setSynchronized(false)
        #expect(try await Store.open(directory.path).wasSynchronized == false)
    }

    @Test func deletions_AddUp_WithinTheirDay() async throws {
        let store = try await Store.open(directory.path)
        try await store.recordDeletions(5, at: Samples.time)
        try await store.recordDeletions(7, at: Samples.time(plus: 3600))
        #expect(try await store.deletions(since: Samples.time(plus: -1)).reduce(0) { $0 + $1.count } == 12)
        #expect(try await store.deletions(since: Samples.time).reduce(0) { $0 + $1.count } == 7)
        #expect(try await store.deletions(since: Samples.time(plus: 86_400)).reduce(0) { $0 + $1.count } == 0)
    }

    @Test func deletions_Count_WhenClockWasSetBackSince() async throws {
        let store = try await Store.open(directory.path)
        try await store.recordDeletions(5, at: Samples.time(plus: 7200))
        try await store.recordDeletions(1, at: Samples.time)
        #expect(try await store.deletions(since: Samples.time(plus: -86_400)).reduce(0) { $0 + $1.count } == 6)
    }

    @Test func oldDeletions_LeaveLedger() async throws {
        let store = try await Store.open(directory.path)
        try await store.recordDeletions(5, at: Samples.time)
        try await store.recordDeletions(1, at: Samples.time(plus: 31 * 86_400))
        #expect(try await store.deletions(since: Samples.time(plus: -1)).reduce(0) { $0 + $1.count } == 1)
    }
}
