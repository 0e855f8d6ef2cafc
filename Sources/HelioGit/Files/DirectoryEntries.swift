import Glibc
import HelioNode

extension Files {
    /// The names in a directory, as bytes, without `.` and `..`, unsorted.
    /// - Returns: nil when there is no such directory.
    static func entries(_ path: String) throws(Failure) -> [[UInt8]]? { try RawPath(path).entries() }

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
    static func removeTree(_ path: String) throws(Failure) { try RawPath(path).removeTree() }
}
