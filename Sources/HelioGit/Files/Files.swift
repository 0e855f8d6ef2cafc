import Glibc
import HelioNode

/// The few file operations that local copies need, with the reason of a failure taken from `errno`.
enum Files {
    /// Directories that others may be let into by group.
    static let directoryMode: mode_t = 0o750

    static func failure(_ what: String, _ path: String, _ code: Int32) -> Failure {
        let text = String(cString: strerror(code))
        return Failure(reason(code), GitMessage.bounded("\(what) \(GitMessage.escaped(path)): \(text)"))
    }

    static func reason(_ code: Int32) -> FailureReason {
        switch code {
        case ENOENT, ENOTDIR: .notFound
        case EACCES, EPERM: .auth
        case ENOSPC, EDQUOT, EROFS, EIO, EFBIG, EMFILE, ENFILE: .disk
        case ETIMEDOUT, ESTALE, EHOSTDOWN: .connection
        case ELOOP, ENAMETOOLONG: .rejected
        default: .internal
        }
    }

    static func absolute(_ path: String) throws(Failure) -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw Failure(.rejected, "an empty path or a NUL in one") }
        var result = path
        if !path.hasPrefix("/") {
            guard let here = getcwd(nil, 0) else { throw failure("find the working directory for", path, errno) }
            defer { free(here) }
            result = String(cString: here) + "/" + path
        }
        while result.utf8.count > 1, result.utf8.last == UInt8(ascii: "/") { result.removeLast() }
        return result
    }

    /// Makes a directory and those above it; one that is there already is left as it is.
    static func makeDirectory(_ path: String) throws(Failure) {
        if mkdir(path, directoryMode) == 0 {
            _ = chmod(path, directoryMode)  // whatever the umask; ours since a moment, so it cannot fail
            return
        }
        let code = errno
        if code == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex {
            try makeDirectory(String(path[..<slash]))
            return try makeDirectory(path)
        }
        guard code == EEXIST, kind(path) == .directory else { throw failure("make the directory", path, code) }
    }

    enum Kind {
        case directory, file, other

        /// - Parameter mode: `st_mode` of stat(2).
        init(_ mode: mode_t) {
            switch mode & S_IFMT {
            case S_IFDIR: self = .directory
            case S_IFREG: self = .file
            default: self = .other
            }
        }
    }

    /// - Returns: nil when there is nothing, or nothing that can be looked at.
    static func kind(_ path: String, followLinks: Bool = true) -> Kind? {
        var status = stat()
        guard (followLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        return Kind(status.st_mode)
    }

    /// Whether there is nothing, not even a link that leads nowhere, and not merely nothing that can be looked at.
    static func isGone(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) != 0 && errno == ENOENT
    }

    /// Wherever it leads.
    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether there is no file or directory for certain: nothing, a link that leads nowhere, or something else.
    static func isAbsent(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 || [ENOENT, ENOTDIR, ELOOP].contains(errno)
    }

    static func remove(_ path: String) throws(Failure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path, errno) }
    }

    static func rename(_ old: String, to new: String) throws(Failure) {
        guard Glibc.rename(old, new) == 0 else { throw failure("rename to \(GitMessage.escaped(new)):", old, errno) }
    }

    /// Makes a rename or a new name in `directory` survive a power cut.
    static func syncDirectory(_ directory: String) throws(Failure) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", directory, errno) }
    }

    static func parent(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
