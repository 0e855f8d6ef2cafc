import Glibc
import HelioNode

/// The files below `refs`: loose refs, and what else lies about. Paths are bytes here: one made of a `String` would lose names that are not
/// UTF-8.
///
/// A directory that cannot be looked into must not look empty, which it does to git and to libgit2. A link to a directory is followed, as
/// git does.
struct RefTree {
    /// Such as `refs/heads/main`; unsorted, without those that are excluded.
    private(set) var names: [[UInt8]] = []
    private let repository: String
    private let filter: RefFilter
    private let limits: RefLimits
    private var bytes = 0
    private var directories = 0
    /// More levels than a path has room for in practice; each takes a descriptor.
    private static let depthLimit = 256

    /// - Parameter filter: a directory may be closed to us when it admits nothing that could be there.
    /// - Throws: `.corrupt`, naming the first that is no regular file, and for directories without end, as links make them (sixty, each
    ///   with two links to the next, are 2⁵⁹ ways); `.rejected` for more than the limits allow; `.auth`, `.disk` and their like for one
    ///   that cannot be looked into.
    static func names(_ repository: String, _ filter: RefFilter, _ limits: RefLimits = RefLimits()) throws(Failure) -> [[UInt8]] {
        var tree = RefTree(repository, filter, limits)
        let descriptor = open(repository + "/refs", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let code = errno
        try tree.visit(descriptor, code, Array("refs".utf8), depth: 1)
        return tree.names
    }

    private init(_ repository: String, _ filter: RefFilter, _ limits: RefLimits) {
        (self.repository, self.filter, self.limits) = (repository, filter, limits)
    }

    /// Closes the descriptor.
    /// - Parameter code: why there is none.
    private mutating func visit(_ descriptor: Int32, _ code: Int32, _ path: [UInt8], depth: Int) throws(Failure) {
        guard descriptor >= 0 else {
            // Gone since, or a file by now: git removes directories that have become empty.
            if code == ENOENT || code == ENOTDIR || !filter.admits(below: path) { return }
            throw failure(path, code)
        }
        guard let stream = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw failure(path, code)
        }
        defer { closedir(stream) }
        guard depth <= Self.depthLimit else { throw Failure(.corrupt, "refs are nested too deep") }
        directories += 1
        guard directories <= limits.count else { throw Failure(.corrupt, "refs lie in more than \(limits.count) directories") }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw failure(path, errno) }
                return
            }
            let name = Files.name(of: entry)
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            try note(name, Int(entry.pointee.d_type), in: descriptor, path + [0x2F] + name, depth: depth)
        }
    }

    private mutating func note(_ name: [UInt8], _ type: Int, in directory: Int32, _ path: [UInt8], depth: Int) throws(Failure) {
        let (kind, size) = look(name, type, in: directory)
        switch kind {
        case .file:
            guard size <= PlainFiles.shortLimit else { throw PlainFiles.tooLong(shown(path), PlainFiles.shortLimit) }
            if filter.excluded.match(RefName(ByteString(path))) { return }
            names.append(path)
            bytes += path.count
            try limits.check(count: names.count)
            guard bytes <= limits.bytes else { throw Failure(.rejected, "the names of refs take more than \(limits.bytes) bytes") }
        case .directory:
            let descriptor = openat(directory, Self.text(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            let code = errno
            try visit(descriptor, code, path, depth: depth + 1)
        case .other: throw Failure(.corrupt, GitMessage.bounded("\(shown(path)) is no regular file"))
        }
    }

    /// Directories `readdir` tells by itself. What leads nowhere, or cannot be looked at, may be a ref: whoever reads it finds out.
    private func look(_ name: [UInt8], _ type: Int, in directory: Int32) -> (kind: Files.Kind, size: Int) {
        if type == Int(DT_DIR) { return (.directory, 0) }
        var status = stat()
        guard fstatat(directory, Self.text(name), &status, 0) == 0 else { return (.file, 0) }
        return (Files.Kind(status.st_mode), Int(status.st_size))
    }

    private static func text(_ name: [UInt8]) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }

    private func shown(_ path: [UInt8]) -> String { GitMessage.escaped(repository + "/" + String(decoding: path, as: UTF8.self)) }

    private func failure(_ path: [UInt8], _ code: Int32) -> Failure {
        Files.failure("read the directory", repository + "/" + String(decoding: path, as: UTF8.self), code)
    }
}
