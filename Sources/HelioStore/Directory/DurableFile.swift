import Glibc

/// A small file that is either there whole, after a crash too, or not at all.
enum DurableFile {
    static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let beside = path + ".new"
        do throws(StoreError) {
            try writeAndSync(bytes, to: beside)
            guard rename(beside, path) == 0 else { throw StoreError.system(operation: "rename", path: path, errno: errno) }
        } catch {
            unlink(beside)
            throw error
        }
        try syncDirectory(of: path)
    }

    private static func writeAndSync(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard file >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
        defer { close(file) }
        let written = Glibc.write(file, bytes, bytes.count)
        guard written == bytes.count else {
            if written >= 0 || errno == ENOSPC || errno == EDQUOT { throw .diskFull }
            throw .system(operation: "write", path: path, errno: errno)
        }
        guard fsync(file) == 0 else { throw .system(operation: "fsync", path: path, errno: errno) }
    }

    private static func syncDirectory(of path: String) throws(StoreError) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw .system(operation: "open", path: directory, errno: errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .system(operation: "fsync", path: directory, errno: errno) }
    }
}
