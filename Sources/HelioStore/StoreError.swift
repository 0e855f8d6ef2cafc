import Glibc

/// Everything that can go wrong with the node's own storage.
public enum StoreError: Error, Hashable, Sendable {
    // The data directory: found at start, an operator's to solve.

    /// Only the last component of `node.data` is created; `path` is its parent.
    case parentMissing(path: String)
    case notDirectory(path: String)
    case symbolicLink(path: String)
    case foreignOwner(path: String, owner: UInt32)
    /// Locks and the write-ahead log are not safe on a network file system.
    case networkFileSystem(path: String, type: String)
    /// Another process holds the directory; `pid` is nil when it did not write its id.
    case dataDirectoryInUse(pid: Int32?)
    case system(operation: String, path: String, errno: Int32)

    // The database file: refused and left as it is.

    case foreignDatabase(path: String)
    /// Written by a newer Heliostat; `migrations` are those that this one does not know.
    case newerSchema(migrations: [String])
    case corrupt(String)

    // At work.

    /// The transaction did not happen. The store works again as soon as there is space.
    case diskFull
    case readOnly
    /// The transaction did not happen. After a failed write to disk every further write fails with the same error, because the
    /// kernel may have dropped pages that it reported as written, until the database could be opened anew.
    case inputOutput(String)
    /// The change is not outstanding: completed or abandoned before, or its repository was deleted.
    case unknownChange(ChangeID)
    case unknownRun(String)
    case unstorableChange(ChangeCodecError)
    /// SQLite's own code and message, for what should not happen.
    case database(code: Int32, message: String)
}

extension StoreError {
    /// Whether it is the disk's doing, or that of somebody else who has the database open, so that the same write may succeed later.
    public var mayPass: Bool {
        switch self {
        // A file system that a failing disk has made read-only is mounted anew once that is repaired.
        case .diskFull, .inputOutput, .readOnly: true
        // SQLITE_BUSY and SQLITE_LOCKED, whatever the higher bytes add to them.
        case .database(let code, _): [5, 6].contains(code & 0xFF)
        default: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .parentMissing(let path): "\(path) does not exist: only the last part of node.data is created"
        case .notDirectory(let path): "\(path) is not a directory"
        case .symbolicLink(let path): "\(path) is a symbolic link: name the directory itself"
        case .foreignOwner(let path, let owner): "\(path) belongs to user \(owner), not to user \(geteuid()) who runs this node"
        case .networkFileSystem(let path, let type): "\(path) is on \(type): locks and SQLite are not safe on a network file system"
        case .dataDirectoryInUse(let pid):
            "the data directory is in use by another process" + (pid.map { " (\($0))" } ?? "")
        case .system(let operation, let path, let errno): "\(operation) \(path): \(String(cString: strerror(errno)))"
        default: databaseDescription
        }
    }

    private var databaseDescription: String {
        switch self {
        case .foreignDatabase(let path): "\(path) is not a database of Heliostat; it was left as it is"
        case .newerSchema(let migrations):
            "the database was written by a newer version (\(migrations.joined(separator: ", "))); it was left as it is"
        case .corrupt(let what): "the database is damaged: \(what); it was left as it is"
        case .diskFull: "no space left for the database"
        case .readOnly: "the database cannot be written: read-only file system or permissions"
        case .inputOutput(let what): "the database could not be read or written: \(what)"
        case .unknownChange(let id): "change \(id.value) is not outstanding"
        case .unknownRun(let id): "no run \(id)"
        case .unstorableChange(let error): "the change cannot be stored: \(error.rawValue)"
        case .database(let code, let message): "SQLite error \(code): \(message)"
        default: "data directory"
        }
    }
}
