import Glibc
import HelioNode

/// Refuses a repository with a pipe or a device where libgit2 and git expect a file: both open it and wait for ever.
///
/// Whoever owns the repository can still put one there a moment later; that is what the limit of `DiskThreads` is for.
enum PlainFiles {
    /// What is opened to read refs, besides the refs.
    private static let files = ["HEAD", "config", "config.worktree", "packed-refs", "commondir", "shallow", "objects/info/alternates"]
    private static let depthLimit = 256

    /// - Throws: `.corrupt`, naming the first that is no regular file.
    static func check(_ repository: String) throws(Failure) {
        for file in files { try refuse(other: repository + "/" + file) }
        try checkRefs(repository + "/refs", depth: 1)
    }

    /// `readdir` tells the kind of each entry, so only links and what an unusual file system leaves open cost another look.
    private static func checkRefs(_ directory: String, depth: Int) throws(Failure) {
        // Whatever cannot be read here is explained by whoever reads it next.
        guard depth <= depthLimit, let stream = opendir(directory) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let kind = Int(entry.pointee.d_type)
            if kind == Int(DT_REG) { continue }
            let name = Files.name(of: entry)
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            // A name that is not UTF-8 leads nowhere as a `String`; git takes no such ref's path through here either.
            let path = directory + "/" + String(decoding: name, as: UTF8.self)
            if kind == Int(DT_DIR) { try checkRefs(path, depth: depth + 1) } else { try refuse(other: path) }
        }
    }

    private static func refuse(other path: String) throws(Failure) {
        guard Files.kind(path) == .other else { return }
        throw Failure(.corrupt, GitMessage.bounded("\(GitMessage.escaped(path)) is no regular file"))
    }
}
