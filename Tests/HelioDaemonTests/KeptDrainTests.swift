import HelioLock
import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioDaemon

/// A node with a real store, and who asks it to be drained.
struct KeptDrainTests {
    private let directory: TemporaryDirectory
    private let process: NodeProcess

    init() throws {
        directory = try TemporaryDirectory()
        process = try NodeProcess.quiet(in: directory.path)
    }

    @Test func drain_IsKept_WhenTheStoreHasIt() async throws {
        let driver = process.driver
        #expect(await driver.drain("early", isKept: true) == false, "there is no store yet")
        let hands = process.makeHands(try await StorageOpening(process).openAdapters())
        await driver.attach(hands)
        let store = hands.adapters.store
        #expect(await driver.drain("a", isKept: true))
        #expect(try await store.drainReason == "a")
        let somebody = try DatabaseLock(directory.path + "/data/heliostat.db")
        // Both say so: of the one that came later, too, the store has nothing yet.
        async let first = driver.drain("b", isKept: true)
        async let second = driver.drain("c", isKept: false)
        #expect(await [first, second] == [false, false])
        somebody.end()
        #expect(await driver.undrain())
        #expect(try await store.drainReason == nil)
        #expect(await driver.drain("d", isKept: false), "the store need not know")
    }

    /// What a start could not read may be there nevertheless.
    @Test func undrain_IsWritten_ThoughNothingIsKnownToBeKept() async throws {
        let hands = process.makeHands(try await StorageOpening(process).openAdapters())
        await process.driver.attach(hands)
        try await hands.adapters.store.setDrainReason("unread")
        #expect(await process.driver.undrain())
        #expect(try await hands.adapters.store.drainReason == nil)
    }
}
