import Foundation
import HelioNode
import TestSupport
import Testing

@testable import HelioStore

/// A real full disk: a file system of 4 MiB in memory, which only root can mount.
@Suite(.serialized, .enabled(if: SmallDisk.canMount, "mounting needs root"))
struct DiskFullTests {
    @Test func store_RefusesWhole_AndWorksAgain_WhenThereIsSpace() async throws {
        let disk = try SmallDisk()
        let store = try await Store.open(disk.path + "/data")
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        let kept = try await store.prepare(Samples.change(), at: Samples.time)
        try disk.fill()
        await #expect(throws: StoreError.diskFull) { try await store.prepare(Samples.change(refs: 20_000), at: Samples.time) }
        await #expect(throws: StoreError.diskFull) {
            for number in Int64(100)... { try await store.saveMetadata(upserts: [Samples.metadata(number)]) }
        }
        #expect(await !store.isWritable())
        #expect(try await store.outstandingChanges().map(\.id) == [kept])
        try disk.empty()
        #expect(await store.isWritable())
        try await store.complete(kept, content: Samples.hash(1), head: .symbolic(.main), at: Samples.time)
        #expect(try await store.outstandingChanges().isEmpty)
    }

    @Test func newStore_SaysDiskFull_AndStarts_WhenThereIsSpace() async throws {
        let disk = try SmallDisk()
        try FileManager.default.createDirectory(atPath: disk.path + "/data", withIntermediateDirectories: false)
        try disk.fill()
        await #expect(throws: StoreError.diskFull) { try await Store.open(disk.path + "/data") }
        try disk.empty()
        #expect(await (try Store.open(disk.path + "/data")).isWritable())
    }
}

/// A file system of its own, unmounted when the last reference goes.
private final class SmallDisk: Sendable {
    let path: String
    private let directory: TemporaryDirectory

    static let canMount: Bool = {
        guard let disk = try? SmallDisk() else { return false }  // whatever forbids it, the tests cannot run
        return !disk.path.isEmpty
    }()

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path + "/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        guard mount("tmpfs", path, "tmpfs", 0, "size=4m") == 0 else { throw POSIXError(.EPERM) }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    func fill() throws {
        let file = open(path + "/filler", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        for size in [65_536, 4096, 1] {
            let chunk = [UInt8](repeating: 1, count: size)
            while write(file, chunk, size) > 0 {}
        }
    }

    func empty() throws { try FileManager.default.removeItem(atPath: path + "/filler") }
}
