import Glibc

/// Tells whether a file has been replaced or written; all zero for none.
struct FileStamp: Equatable {
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    init(_ path: String) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        (inode, size) = isThere ? (UInt(status.st_ino), Int(status.st_size)) : (0, 0)
        (seconds, nanoseconds) = isThere ? (status.st_mtim.tv_sec, status.st_mtim.tv_nsec) : (0, 0)
    }
}
