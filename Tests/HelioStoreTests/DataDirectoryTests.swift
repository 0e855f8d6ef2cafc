import Foundation
import TestSupport
import Testing

@testable import HelioStore

struct DataDirectoryTests {
    let parent: TemporaryDirectory
    var path: String { parent.path + "/data" }

    init() throws { parent = try TemporaryDirectory() }

    @Test func missingLeaf_IsCreated_ReadableByGroup() async throws {
        _ = try await Store.open(path + "/")
        #expect(mode(path) & 0o007 == 0)
        #expect(mode(path) & 0o700 == 0o700)
        #expect(mode(path + "/heliostat.db") & 0o7 == 0)
    }

    @Test func missingParent_IsRefused() async throws {
        await #expect(throws: StoreError.parentMissing(path: path)) { try await Store.open(path + "/below") }
    }

    @Test func symbolicLink_IsRefused() async throws {
        try FileManager.default.createDirectory(atPath: parent.path + "/real", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: parent.path + "/real")
        await #expect(throws: StoreError.symbolicLink(path: path)) { try await Store.open(path) }
        await #expect(throws: StoreError.symbolicLink(path: path)) { try await Store.open(path + "//") }
    }

    @Test func file_IsRefused() async throws {
        try Data().write(to: URL(filePath: path))
        await #expect(throws: StoreError.notDirectory(path: path)) { try await Store.open(path) }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
    func anothersDirectory_IsRefused() async throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(chown(path, 12345, 12345) == 0)
        await #expect(throws: StoreError.foreignOwner(path: path, owner: 12345)) { try await Store.open(path) }
    }

    @Test func networkFileSystem_IsRefused() throws {
        var information = stat()
        #expect(stat(parent.path, &information) == 0)
        let device = UInt64(information.st_dev)
        let number = "\((device >> 8) & 0xFFF):\(device & 0xFF)"
        let nfs = MountTable(parsing: "36 35 \(number) / /mnt rw shared:1 - nfs4 server:/export rw\nbroken -\n1 2 3:4 / -\n")
        #expect(throws: StoreError.networkFileSystem(path: path, type: "nfs4")) { try DataDirectory(path, mounts: nfs) }
        let local = MountTable(parsing: "36 35 \(number) / /mnt rw - ext4 /dev/nfs rw\n")
        #expect(try DataDirectory(path, mounts: local).path == path)
    }

    @Test func secondOpening_IsRefused_AndNamesTheHolder() async throws {
        let store = try await Store.open(path)
        await #expect(throws: StoreError.dataDirectoryInUse(pid: getpid())) { try await Store.open(path) }
        #expect(await store.isWritable())
    }

    @Test func secondOpening_Succeeds_WhenFirstIsGone() async throws {
        _ = try await Store.open(path)
        _ = try await Store.open(path)
    }

    @Test func lock_IsNotInherited_ByChildren() async throws {
        let store = try await Store.open(path)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + descriptor)  // may be closed
            return target == path + "/lock"
        }
        #expect(descriptors.count == 1)
        for descriptor in descriptors.compactMap(Int32.init) { #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0) }
        _ = store.nodeIdentity
    }

    @Test func lockThatIsLink_IsRefused() async throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: path + "/lock", withDestinationPath: parent.path + "/victim")
        await #expect(throws: StoreError.system(operation: "open", path: path + "/lock", errno: ELOOP)) {
            try await Store.open(path)
        }
    }

    private func mode(_ path: String) -> UInt32 {
        var information = stat()
        return stat(path, &information) == 0 ? information.st_mode & 0o777 : 0o777
    }
}
