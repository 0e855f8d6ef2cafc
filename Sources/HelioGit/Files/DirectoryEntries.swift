import Glibc
import HelioNode

extension Files {
    /// The names in a directory, as bytes, without `.` and `..`, unsorted.
    /// - Returns: nil when there is no such directory.
    static func entries(_ path: String) throws(Failure) -> [[UInt8]]? {
        guard let stream = opendir(path) else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw failure("read the directory", path, code)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw failure("read the directory", path, errno) }
                return names
            }
            let name = Self.name(of: entry)
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
    }

    /// The same of a directory in which the names can be looked at, too: with `r` and without `x` it tells names and nothing more.
    /// - Throws: `.auth` when they cannot.
    static func searchableEntries(_ path: String) throws(Failure) -> [[UInt8]]? {
        var status = stat()
        guard let names = try entries(path) else { return nil }
        guard names.isEmpty || lstat(path + "/.", &status) == 0 || errno == ENOENT else { throw failure("search the directory", path, errno) }
        return names
    }

    static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        // The record may be shorter than the declared array, so the name is read through its address up to the NUL.
        let offset = MemoryLayout<dirent>.offset(of: \.d_name)!  // a stored property has an offset
        let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: UInt8.self)
        return Array(UnsafeBufferPointer(start: start, count: strlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))))
    }

    /// Removes a tree without following links. What is gone already is no failure.
    static func removeTree(_ path: String) throws(Failure) {
        if kind(path, followLinks: false) == .directory {
            for name in try entries(path) ?? [] { try removeTree(path + "/", name) }
            guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path, errno) }
        } else {
            try remove(path)
        }
    }

    /// A name that is not UTF-8 cannot pass through a `String`; it can through bytes.
    private static func removeTree(_ prefix: String, _ name: [UInt8]) throws(Failure) {
        if let text = String(validating: name, as: UTF8.self) { return try removeTree(prefix + text) }
        let bytes = Array(prefix.utf8).map { CChar(bitPattern: $0) } + name.map { CChar(bitPattern: $0) } + [0]
        guard unlink(bytes) == 0 || rmdir(bytes) == 0 else { throw failure("remove", prefix, errno) }
    }
}
