internal import Glibc

/// Why a file cannot be used; the message does not name the path, whoever asked knows it.
public struct FileError: Error, Sendable, Hashable {
    public let message: String
}

/// A regular file that fits in memory.
struct SmallFile {
    let bytes: [UInt8]
    /// Permission bits.
    let mode: mode_t

    /// Reads at most `limit` bytes and refuses a longer file, a directory, a device and a pipe (which could block).
    static func read(_ path: String, limit: Int) throws(FileError) -> SmallFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(message: "cannot be opened: \(reason(errno))") }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw FileError(message: "cannot be examined: \(reason(errno))") }
        guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(message: "is not a regular file") }
        let bytes = try readAll(descriptor, limit: limit)
        return SmallFile(bytes: bytes, mode: info.st_mode & 0o7777)
    }

    private static func readAll(_ descriptor: Int32, limit: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: min(limit + 1, 1 << 16))
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(message: "cannot be read: \(reason(errno))") }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= limit else {
                throw FileError(message: "is larger than \(Units.text(Int64(limit), Units.sizes))")
            }
        }
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
