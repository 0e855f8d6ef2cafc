import Glibc
import HelioNode

extension Files {
    /// - Returns: nil when there is no such file.
    /// - Throws: `.rejected` when it holds more than `limit` bytes.
    static func readIfPresent(_ path: String, limit: Int) throws(Failure) -> [UInt8]? {
        // O_NONBLOCK: a fifo put where a file is expected must not hang us.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw failure("open", path, code)
        }
        defer { close(descriptor) }
        return try read(descriptor, path, limit: limit)
    }

    private static func read(_ descriptor: Int32, _ path: String, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit + 1, 64 * 1024))
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path, errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else { throw Failure(.rejected, "\(GitMessage.escaped(path)) is too long") }
        }
    }

    /// Writes beside and renames, so that readers see the old bytes or the new ones.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(Failure) {
        let temporary = path + ".new"
        try write(temporary, bytes, mode: mode)
        try rename(temporary, to: path)
    }

    /// Takes git's own lock for the file, so that git and we never write it at once, and only then asks for the new bytes.
    /// - Throws: `.refLock` when somebody holds it. The file is as it was, and a lock of ours is gone, whatever is thrown.
    static func replaceLocked(
        _ path: String, sync: FileSync = { fsync($0) }, with bytes: () throws(Failure) -> [UInt8]
    ) throws(Failure) {
        let lock = path + ".lock"
        try write(lock, mode: 0o640, exclusive: true, sync: sync, bytes)
        do throws(Failure) {
            try rename(lock, to: path)
        } catch {
            unlink(lock)
            throw error
        }
    }

    /// fsync(2), or what stands in for one that fails.
    typealias FileSync = @Sendable (Int32) -> Int32

    /// - Parameter durable: whether the bytes must survive a power cut once this has returned.
    static func write(
        _ path: String, _ bytes: [UInt8], mode: mode_t, exclusive: Bool = false, durable: Bool = true
    ) throws(Failure) {
        try write(path, mode: mode, exclusive: exclusive, sync: { durable ? fsync($0) : 0 }) { () throws(Failure) in bytes }
    }

    /// Asks for the bytes when the file is there.
    private static func write(
        _ path: String, mode: mode_t, exclusive: Bool, sync: FileSync, _ bytes: () throws(Failure) -> [UInt8]
    ) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (exclusive ? O_EXCL : O_TRUNC), mode)
        guard descriptor >= 0 else {
            let code = errno
            if code == EEXIST { throw Failure(.refLock, "\(GitMessage.escaped(path)) exists") }
            throw failure("create", path, code)
        }
        defer { close(descriptor) }
        do throws(Failure) {
            guard fchmod(descriptor, mode) == 0 else { throw failure("set the mode of", path, errno) }
            try writeAll(descriptor, try bytes(), path)
            guard sync(descriptor) == 0 else { throw failure("sync", path, errno) }
        } catch {
            unlink(path)
            throw error
        }
    }

    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path, count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
    }
}
