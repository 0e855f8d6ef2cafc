import HelioAPI
import HelioLock
import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioDaemon

/// A farm of one, with a real store.
struct FarmStartTests {
    /// While what a crash left is settled, the farm is made already and the node does not have it yet.
    @Test func farm_HearsOfAReload_ThatCameBeforeTheNodeHadIt() async throws {
        let directory = try TemporaryDirectory()
        let process = try NodeProcess.quiet(in: directory.path)
        let opening = StorageOpening(process)
        let hands = process.makeHands(try await opening.openAdapters())
        await process.driver.attach(hands)
        process.board.identify { $0.id = hands.adapters.store.nodeIdentity }
        let farm = try #require(process.makeFarm(hands))
        process.configuration.withLock { $0.webhooks.barrier = .seconds(77) }
        process.board.identify { $0.upstream.fingerprint = "another" }
        await opening.start(farm)
        #expect(await farm.settings.barrier == .seconds(77))
        #expect(process.board.farm.members.map(\.upstream) == ["another"])
        await farm.stop()
    }
}
