import Glibc

/// `node.data`, checked: ours, local, and a real directory.
struct DataDirectory: Sendable {
    /// Without a trailing slash.
    let path: String

    var databasePath: String { path + "/heliostat.db" }
    var lockPath: String { path + "/lock" }
    var identityPath: String { path + "/node-id" }

    /// Creates the directory (mode 0750) when only the last part of its path is missing.
    ///
    /// - Parameter mounts: the mounted file systems; a parameter because a test has no NFS server.
    init(_ path: String, mounts: MountTable = .current()) throws(StoreError) {
        self.path = Self.withoutTrailingSlash(path)
        try createIfMissing()
        let device = try check()
        if let type = mounts.networkFileSystem(ofDevice: device) { throw .networkFileSystem(path: self.path, type: type) }
    }

    private static func withoutTrailingSlash(_ path: String) -> String {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private func createIfMissing() throws(StoreError) {
        guard mkdir(path, 0o750) != 0 else { return }
        switch errno {
        case EEXIST: return
        case ENOENT: throw .parentMissing(path: parent)
        default: throw .system(operation: "mkdir", path: path, errno: errno)
        }
    }

    private var parent: String {
        let components = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return components.isEmpty ? "." : components.joined(separator: "/")
    }

    /// `lstat`, so that a link is seen and not what it leads to: a link can be turned to another place under a running node.
    ///
    /// - Returns: the device it is on.
    private func check() throws(StoreError) -> UInt64 {
        var information = stat()
        guard lstat(path, &information) == 0 else { throw .system(operation: "lstat", path: path, errno: errno) }
        switch information.st_mode & S_IFMT {
        case S_IFLNK: throw .symbolicLink(path: path)
        case S_IFDIR: break
        default: throw .notDirectory(path: path)
        }
        guard information.st_uid == geteuid() else { throw .foreignOwner(path: path, owner: information.st_uid) }
        return UInt64(information.st_dev)
    }
}
