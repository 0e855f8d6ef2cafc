import Glibc

/// The exclusive hold on a data directory, until the last reference goes or the process ends in whatever way.
///
/// An advisory `flock` on an open file: the kernel drops it with the process, so there is never a stale lock to clear. The
/// descriptor is not inherited: a `git` child that outlives a killed node must not keep the next one out.
final class DataLock: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard file >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.writtenPID(in: file)
            close(file)
            throw reason == EWOULDBLOCK
                ? .dataDirectoryInUse(pid: holder) : .system(operation: "flock", path: path, errno: reason)
        }
        descriptor = file
        writePID()
    }

    deinit { close(descriptor) }

    /// For people only: a failure to write it (a full disk) must not keep a node from starting.
    private func writePID() {
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static func writtenPID(in file: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &bytes, bytes.count, 0)
        return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
