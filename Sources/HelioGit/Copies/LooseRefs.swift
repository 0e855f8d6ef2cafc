import Glibc
import HelioNode

/// The refs that are files of their own. Paths are bytes here: one made of a `String` would lose names that are not UTF-8.
enum LooseRefs {
    /// More levels than a path has room for in practice; each takes a descriptor.
    private static let depthLimit = 256

    /// Sorted bytewise. A ref whose lock is held counts, for whoever holds it is about to write it.
    static func names(_ repository: String) throws(Failure) -> [ArraySlice<UInt8>] {
        var names: [ArraySlice<UInt8>] = []
        let descriptor = open(repository + "/refs", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Files.failure("open", repository + "/refs", errno) }
        try collect(descriptor, Array("refs/".utf8), depth: 1, &names)
        return names.sorted { Bytes.order($0, $1) < 0 }
    }

    /// Closes the descriptor.
    private static func collect(
        _ descriptor: Int32, _ prefix: [UInt8], depth: Int, _ names: inout [ArraySlice<UInt8>]
    ) throws(Failure) {
        guard let stream = fdopendir(descriptor) else {
            defer { close(descriptor) }
            throw failure(prefix, errno)
        }
        defer { closedir(stream) }
        guard depth <= depthLimit else { throw Failure(.corrupt, "refs are nested too deep") }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw failure(prefix, errno) }
                return
            }
            let name = Files.name(of: entry)
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            if let directory = try directory(name, in: descriptor, prefix) {
                try collect(directory, prefix + name + [0x2F], depth: depth + 1, &names)
            } else {
                let isLock = name.suffix(5).elementsEqual(".lock".utf8)
                names.append((prefix + name).dropLast(isLock ? 5 : 0))
            }
        }
    }

    /// - Returns: nil when it is none, or gone: git removes directories that have become empty.
    private static func directory(_ name: [UInt8], in parent: Int32, _ prefix: [UInt8]) throws(Failure) -> Int32? {
        let path = name.map { CChar(bitPattern: $0) } + [0]
        let descriptor = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { return descriptor }
        guard [ENOTDIR, ELOOP, ENOENT].contains(errno) else { throw failure(prefix + name, errno) }
        return nil
    }

    private static func failure(_ path: [UInt8], _ code: Int32) -> Failure {
        Files.failure("read the directory", String(decoding: path, as: UTF8.self), code)
    }
}
