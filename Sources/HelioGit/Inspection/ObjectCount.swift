import Glibc
import HelioNode

/// How many objects a repository has on its own disk, and how many bytes they take: what `git count-objects -v` says, without its
/// process.
struct ObjectCount: Sendable, Hashable {
    private(set) var objects: Int64 = 0
    private(set) var bytes: Int64 = 0

    /// - Throws: `.corrupt` for a pack whose index cannot be read; what disappears while we look (a repack) counts for nothing.
    init(of repository: String) throws(Failure) {
        let directory = repository + "/objects"
        guard let entries = try Files.entries(directory) else {
            throw Failure(.corrupt, GitMessage.bounded("\(GitMessage.escaped(repository)) has no objects"))
        }
        for entry in entries {
            let path = directory + "/" + String(decoding: entry, as: UTF8.self)
            if entry.count == 2, Self.isHex(entry) { try addLoose(path) }
            if entry.elementsEqual("pack".utf8) { try addPacks(path) }
        }
    }

    private mutating func addLoose(_ directory: String) throws(Failure) {
        for entry in try Files.entries(directory) ?? [] where Self.isHex(entry) {
            guard let size = Self.size(directory + "/" + String(decoding: entry, as: UTF8.self)) else { continue }
            add(1, size)
        }
    }

    private mutating func addPacks(_ directory: String) throws(Failure) {
        for entry in try Files.entries(directory) ?? [] where entry.suffix(5).elementsEqual(".pack".utf8) {
            let path = directory + "/" + String(decoding: entry, as: UTF8.self)
            guard let size = Self.size(path) else { continue }
            do throws(Failure) {
                add(try PackIndex.objects(in: String(path.dropLast(5)) + ".idx"), size)
            } catch {
                // Without its index a pack is not used, whether it is being made or being removed.
                guard error.reason == .notFound else { throw error }
            }
        }
    }

    private mutating func add(_ objects: Int64, _ bytes: Int64) {
        self.objects = self.objects.addingSaturating(objects)
        self.bytes = self.bytes.addingSaturating(bytes)
    }

    /// - Returns: nil for what is no file, or not any more.
    private static func size(_ path: String) -> Int64? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    private static func isHex(_ name: [UInt8]) -> Bool {
        name.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
