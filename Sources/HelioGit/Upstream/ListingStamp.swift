import Glibc
import HelioNode

/// What `lstat` says of every file that a listing reads of a repository: inode, size, kind and the times of the last changes.
///
/// Whoever changes a ref makes a new file or writes to one, and both move a change time that nobody can set (inode(7)). Only changes
/// within the clock's tick could hide, so a stamp is trusted when the newest change that it saw was `settling` old, as git does with
/// its index (git's Documentation/technical/racy-git).
struct ListingStamp: Hashable, Sendable {
    /// Well above the tick of any file system's clock: 10 ms on ext4 and XFS, 2 s on FAT.
    static let settling: Duration = .seconds(3)

    private let digest: Int
    private let newestChange: Int64
    private let takenAt: Int64

    /// - Returns: nil where there is anything but files and directories: what a link leads to may change unseen, and so may refs that are
    ///   those of another repository.
    init?(_ repository: String) {
        if PlainFiles.isLinked(repository) { return nil }
        var reading = Reading()
        for file in ["HEAD", "packed-refs", "config", "description", "git-daemon-export-ok", "config.worktree"] {
            guard reading.note(repository + "/" + file, isTree: false) else { return nil }
        }
        guard reading.note(Files.parent(repository) + "/git-daemon-export-ok", isTree: false) else { return nil }
        guard reading.note(repository + "/refs", isTree: true) else { return nil }
        // Not there at all: it may be being moved here just now.
        guard reading.newestChange > .min else { return nil }
        digest = reading.hasher.finalize()
        newestChange = reading.newestChange
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        takenAt = Reading.nanoseconds(now)
    }

    static func == (left: ListingStamp, right: ListingStamp) -> Bool { left.digest == right.digest }
    func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    func isSettled(after settling: Duration = settling) -> Bool { takenAt - settling.wholeNanoseconds >= newestChange }

    private struct Reading {
        private static let depthLimit = 256
        var hasher = Hasher()
        var newestChange = Int64.min

        /// - Returns: false when the path cannot be stamped.
        mutating func note(_ path: String, isTree: Bool, depth: Int = 0) -> Bool {
            var status = stat()
            guard lstat(path, &status) == 0 else {
                hasher.combine(errno)
                return errno == ENOENT
            }
            let kind = status.st_mode & S_IFMT
            guard kind == (isTree ? S_IFDIR : S_IFREG) else { return false }
            take(status)
            return isTree ? noteEntries(of: path, depth) : true
        }

        private mutating func noteEntries(of directory: String, _ depth: Int) -> Bool {
            guard depth < Self.depthLimit, let stream = opendir(directory) else { return false }
            defer { closedir(stream) }
            // In the order of the directory, which stays while the directory does.
            while let entry = readdir(stream) {
                let name = Files.name(of: entry)
                if name == [0x2E] || name == [0x2E, 0x2E] { continue }
                let kind = Int(entry.pointee.d_type)
                guard kind == Int(DT_REG) || kind == Int(DT_DIR), let text = String(validating: name, as: UTF8.self) else { return false }
                hasher.combine(name)
                guard note(directory + "/" + text, isTree: kind == Int(DT_DIR), depth: depth + 1) else { return false }
            }
            return true
        }

        private mutating func take(_ status: stat) {
            hasher.combine(status.st_dev)
            hasher.combine(status.st_ino)
            hasher.combine(status.st_size)
            hasher.combine(status.st_mode)
            for time in [status.st_mtim, status.st_ctim] { hasher.combine(Self.nanoseconds(time)) }
            newestChange = max(newestChange, Self.nanoseconds(status.st_ctim))
        }

        static func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }
    }
}
