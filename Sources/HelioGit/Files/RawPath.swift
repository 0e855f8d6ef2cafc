import Glibc
import HelioNode

/// A path whose parts may be no UTF-8, as names of refs are: through a `String` it would lead elsewhere.
struct RawPath: Sendable {
    /// With the NUL at its end.
    private let bytes: [CChar]

    init(_ path: String) { bytes = Array(path.utf8CString) }

    private init(bytes: [CChar]) { self.bytes = bytes }

    func appending(_ name: [UInt8]) -> RawPath {
        RawPath(bytes: bytes.dropLast() + [0x2F] + name.map { CChar(bitPattern: $0) } + [0])
    }

    /// Of the entry itself, not of what a link leads to; nil when there is none.
    private var status: stat? {
        var status = stat()
        return lstat(bytes, &status) == 0 ? status : nil
    }

    var isDirectory: Bool { status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    var size: Int64? { status.map { Int64($0.st_size) } }

    /// Seconds since 1970.
    var modified: Int? { status?.st_mtim.tv_sec }

    /// As `Files.entries`.
    func entries() throws(Failure) -> [[UInt8]]? {
        guard let stream = opendir(bytes) else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw failure("read the directory", code)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw failure("read the directory", errno) }
                return names
            }
            let name = Files.name(of: entry)
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
    }

    /// Whether there is anything, be it a link that leads nowhere.
    var isPresent: Bool { status != nil }

    /// Nothing there is no failure. A pipe hangs nobody.
    /// - Throws: when what is there cannot be read.
    func checkReadable() throws(Failure) {
        let descriptor = open(bytes, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return }
            throw failure("read", code)
        }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        // Some disks say only here that they cannot; a directory has taken the file's place.
        guard read(descriptor, &byte, 1) >= 0 || errno == EISDIR else { throw failure("read", errno) }
    }

    /// Removes a tree without following links. What is gone already is no failure.
    func removeTree() throws(Failure) {
        let isRemoved: Bool
        if isDirectory {
            for name in try entries() ?? [] { try appending(name).removeTree() }
            isRemoved = rmdir(bytes) == 0
        } else {
            isRemoved = unlink(bytes) == 0
        }
        guard isRemoved || errno == ENOENT else { throw failure("remove", errno) }
    }

    private func failure(_ what: String, _ code: Int32) -> Failure {
        Files.failure(what, String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self), code)
    }
}
