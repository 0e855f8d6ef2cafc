import HelioNode

/// Looks at the files of a repository before libgit2 and git do. Both open a pipe or a device where they expect a file, and wait for
/// ever; and both pass over refs that they cannot read.
///
/// Whoever owns the repository can still put a pipe there a moment later; that is what the limit of `DiskThreads` is for.
enum PlainFiles {
    /// What is opened to read refs, besides the refs.
    private static let files = ["HEAD", "config", "config.worktree", "packed-refs", "commondir", "shallow", "objects/info/alternates"]

    /// - Returns: the names of the loose refs that `filter` admits.
    /// - Throws: `.corrupt`, naming the first that is no regular file; `.auth`, `.disk` and their like for a directory of refs that cannot
    ///   be looked into.
    static func check(_ repository: String, _ filter: RefFilter) throws(Failure) -> Set<RefName> {
        for file in files { try refuse(other: repository + "/" + file) }
        var loose: Set<RefName> = []
        for bytes in try RefTree.names(repository, filter) {
            let name = RefName(ByteString(bytes))
            if filter.admits(name) { loose.insert(name) }
        }
        return loose
    }

    /// - Throws: as `check`, and for the first loose ref, `HEAD` or `packed-refs` that is there and cannot be read.
    static func checkReadable(_ repository: String, _ filter: RefFilter) throws(Failure) {
        for home in try homes(of: repository) {
            for name in try check(home, filter) { try file(of: name, in: home).checkReadable() }
            for file in ["HEAD", "packed-refs"] { try RawPath(home + "/" + file).checkReadable() }
        }
    }

    /// Whether a loose ref is there, be it readable or not.
    static func isLoose(_ name: RefName, in repository: String) throws(Failure) -> Bool {
        try homes(of: repository).contains { file(of: name, in: $0).isPresent }
    }

    /// Whether most refs are those of another repository (`commondir` of gitrepository-layout(5)).
    static func isLinked(_ repository: String) -> Bool { Files.kind(repository + "/commondir", followLinks: false) != nil }

    /// Where refs are.
    private static func homes(of repository: String) throws(Failure) -> [String] {
        guard let bytes = try Files.readIfPresent(repository + "/commondir", limit: 8192) else { return [repository] }
        let path = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        return [repository, path.hasPrefix("/") ? path : repository + "/" + path]
    }

    private static func file(of name: RefName, in home: String) -> RawPath { RawPath(home).appending(name.bytes.bytes) }

    private static func refuse(other path: String) throws(Failure) {
        guard Files.kind(path) == .other else { return }
        throw Failure(.corrupt, GitMessage.bounded("\(GitMessage.escaped(path)) is no regular file"))
    }
}
