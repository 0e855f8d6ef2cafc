import Glibc
import HelioNode

/// Looks at the files of a repository before libgit2 and git do. Both open a pipe or a device where they expect a file, and wait for
/// ever; both take in the whole of a file, however large; and both pass over refs that they cannot read.
///
/// Whoever owns the repository can still put a pipe there a moment later; that is what the limit of `DiskThreads` is for.
enum PlainFiles {
    /// What is opened to read refs, besides the refs.
    private static let short = ["HEAD", "config", "config.worktree", "commondir"]
    /// The same, which grow with what is in the repository.
    private static let long = ["packed-refs", "shallow", "objects/info/alternates"]
    /// Bytes of one of the short ones, and of a loose ref; git itself writes some hundred.
    static let shortLimit = 1 << 20

    /// - Returns: the names of the loose refs that `filter` admits.
    /// - Throws: `.corrupt`, naming the first that is no regular file; `.rejected` for more than the limits allow; `.auth`, `.disk` and
    ///   their like for a directory of refs that cannot be looked into.
    static func check(_ repository: String, _ filter: RefFilter, _ limits: RefLimits = RefLimits()) throws(Failure) -> Set<RefName> {
        for file in short { try refuse(repository + "/" + file, above: shortLimit) }
        for file in long { try refuse(repository + "/" + file, above: limits.bytes) }
        var loose: Set<RefName> = []
        for bytes in try RefTree.names(repository, filter, limits) {
            let name = RefName(ByteString(bytes))
            if filter.admits(name) { loose.insert(name) }
        }
        return loose
    }

    /// - Throws: as `check`, and for the first loose ref, `HEAD` or `packed-refs` that is there and cannot be read.
    static func checkReadable(_ repository: String, _ filter: RefFilter, _ limits: RefLimits = RefLimits()) throws(Failure) {
        for home in try homes(of: repository) {
            for name in try check(home, filter, limits) { try file(of: name, in: home).checkReadable() }
            for file in ["HEAD", "packed-refs"] { try RawPath(home + "/" + file).checkReadable() }
        }
    }

    /// Whether a loose ref is there, be it readable or not.
    static func isLoose(_ name: RefName, in repository: String) throws(Failure) -> Bool {
        try homes(of: repository).contains { file(of: name, in: $0).isPresent }
    }

    /// Whether most refs are those of another repository (`commondir` of gitrepository-layout(5)).
    static func isLinked(_ repository: String) -> Bool { Files.kind(repository + "/commondir", followLinks: false) != nil }

    /// Whether the configuration may lead to more files (`include.path` and `includeIf` of git-config(1)). libgit2 opens them wherever and
    /// whatever they are.
    static func mayInclude(_ repository: String) -> Bool {
        ["config", "config.worktree"].contains { name in
            do throws(Failure) {
                guard let bytes = try Files.readIfPresent(repository + "/" + name, limit: shortLimit) else { return false }
                let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
                return Bytes.holds(lower[...], include)
            } catch {
                // Whoever reads the refs finds out what is wrong with it.
                return true
            }
        }
    }

    /// How both sections begin, in lower case; no space may stand within.
    private static let include = Array("[include".utf8)

    /// Where refs are.
    private static func homes(of repository: String) throws(Failure) -> [String] {
        guard let bytes = try Files.readIfPresent(repository + "/commondir", limit: 8192) else { return [repository] }
        let path = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        return [repository, path.hasPrefix("/") ? path : repository + "/" + path]
    }

    private static func file(of name: RefName, in home: String) -> RawPath { RawPath(home).appending(name.bytes.bytes) }

    private static func refuse(_ path: String, above limit: Int) throws(Failure) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        switch Files.Kind(status.st_mode) {
        case .directory: return
        case .file: if status.st_size > limit { throw tooLong(GitMessage.escaped(path), limit) }
        case .other: throw Failure(.corrupt, GitMessage.bounded("\(GitMessage.escaped(path)) is no regular file"))
        }
    }

    /// - Parameter path: fit to be shown.
    static func tooLong(_ path: String, _ limit: Int) -> Failure {
        Failure(.rejected, GitMessage.bounded("\(path) is longer than the \(limit) bytes that are taken"))
    }
}
