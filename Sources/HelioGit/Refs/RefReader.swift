import Glibc
import HelioNode

/// Reads the refs of a bare repository on this machine: by libgit2, and by git where libgit2 cannot read it (SHA-256).
struct RefReader: Sendable {
    let git: Git
    /// Of upstreams.
    let filter: RefFilter
    /// Of our copies: an excluded ref in one is left from before it was excluded. It is seen, so that the copy differs from the
    /// upstream and the next synchronisation deletes it; what git shows of the copy then hashes as we say.
    private let unfiltered = RefFilter.everything

    init(_ git: Git) {
        self.git = git
        filter = RefFilter(excluded: RefPatterns(git.configuration.refsExclude))
    }

    /// - Parameter foreign: whether it is an upstream, which may belong to another user and has excluded refs, or a copy of ours.
    /// - Throws: `.notFound` when there is nothing, `.auth` without permission, `.corrupt` when it cannot be read, `.rejected`
    ///   for a format that git cannot read either and for more refs than are taken, `.timeout` when the disk hangs.
    func read(_ path: String, foreign: Bool) async throws(Failure) -> RefSnapshot {
        let fast = try await onDisk(path, foreign: foreign) { () throws(Failure) in try readFast(path, foreign: foreign) }
        if let fast { return fast }
        do throws(Failure) { return try await readByGit(path, foreign: foreign) } catch { throw foreign ? Self.ofUpstream(error) : error }
    }

    /// Looks at the disk. What an upstream has may hang whoever opens it, and does so for one call at a time.
    func onDisk<T: Sendable>(
        _ path: String, foreign: Bool, _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        let patience = git.configuration.diskPatience
        guard foreign else { return try await DiskThreads.run(within: patience, body) }
        return try await git.hanging.run(at: path, within: patience, body)
    }

    private func limits(foreign: Bool) -> RefLimits { foreign ? upstreamLimits : git.configuration.refLimits.ofCopies }

    var upstreamLimits: RefLimits {
        let limits = git.configuration.refLimits
        return git.configuration.refsExclude.isEmpty ? limits : limits.ofSelection
    }

    /// What the upstream's disk cannot read is that repository's trouble: as this node's it would never be quarantined, and would keep all
    /// nodes from SYNCHRONIZED.
    private static func ofUpstream(_ failure: Failure) -> Failure {
        let isDamage = [.disk, .internal].contains(failure.reason) && damages.contains { failure.message.hasSuffix($0) }
        return isDamage ? Failure(.corrupt, failure.message) : failure
    }

    /// How `Files.failure` ends of a file whose bytes a disk has lost, or a file system that knows its checksums.
    private static let damages = [EIO, EUCLEAN, EBADMSG].map { ": " + String(cString: strerror($0)) }

    /// How often refs are read again that were packed meanwhile, before git is asked.
    private static let attempts = 3

    /// Blocks on the disk, for 0.1 ms at best.
    ///
    /// First come the names of the loose refs, then what libgit2 tells of the others, then the values of the loose ones. A `git pack-refs`
    /// in between takes files away: a ref that was written after the first step and packed before the second could be missing, or be what
    /// it was when it was packed before.
    /// - Returns: nil when git has to be asked.
    func readFast(_ path: String, foreign: Bool) throws(Failure) -> RefSnapshot? {
        do throws(Failure) { return try tryFast(path, foreign: foreign) } catch { throw foreign ? Self.ofUpstream(error) : error }
    }

    private func tryFast(_ path: String, foreign: Bool) throws(Failure) -> RefSnapshot? {
        let (filter, limits) = (foreign ? filter : unfiltered, limits(foreign: foreign))
        for _ in 0..<Self.attempts {
            let packed = FileStamp(path + "/packed-refs")
            let loose = try PlainFiles.check(path, filter, limits)
            if PlainFiles.isLinked(path) || foreign && PlainFiles.mayInclude(path) { return nil }
            guard let snapshot = try readOnce(path, filter, loose: loose, limits) else { return nil }
            if FileStamp(path + "/packed-refs") == packed { return snapshot }
        }
        return nil
    }

    private func readOnce(_ path: String, _ filter: RefFilter, loose: Set<RefName>, _ limits: RefLimits) throws(Failure) -> RefSnapshot? {
        let refs: [Ref]
        let head: Head
        do throws(LibgitError) {
            let repository = try OpenRepository(path)
            refs = try repository.refs(filter, loose: loose, atMost: limits.count + 1)
            head = try repository.head()
        } catch {
            try Self.explain(path)
            return nil
        }
        try limits.check(count: refs.count)
        return RefSnapshot(format: .sha1, refs: refs, head: head)
    }

    /// Says what libgit2 does not tell apart, before git is asked.
    private static func explain(_ path: String) throws(Failure) {
        guard access(path + "/", R_OK | X_OK) == 0 else { throw Files.failure("read", path, errno) }
        if Files.kind(path + "/objects") != .directory || Files.kind(path + "/HEAD", followLinks: false) == nil {
            throw Failure(.corrupt, GitMessage.bounded("\(GitMessage.escaped(path)) is not a git repository"))
        }
    }

    /// git passes over a loose ref that it cannot read, with a warning, and over a directory of them without. What is not seen must not
    /// look deleted, so all are looked at before, and the warning is a failure.
    private func readByGit(_ path: String, foreign: Bool) async throws(Failure) -> RefSnapshot {
        let (filter, limits) = (foreign ? filter : unfiltered, limits(foreign: foreign))
        try await onDisk(path, foreign: foreign) { () throws(Failure) in try PlainFiles.checkReadable(path, filter, limits) }
        var command = GitCommand(
            ["--git-dir=\(path)", "for-each-ref", "--format=%(objectname) %(refname)"], total: git.configuration.total)
        command.outputLimit = limits.bytes
        if foreign { command.source = FetchSource(directory: path) }
        // The directory is there, `explain` saw it.
        let result = try await git.run(command).checkedInRepository()
        let broken = RefLines.broken(result.errors, filter: filter)
        let head = try await onDisk(path, foreign: foreign) { () throws(Failure) -> Head in
            try Self.refuse(broken, path)
            return try HeadFile.read(path)
        }
        let refs = try RefLines.parse(result.output, filter: filter, limits)
        return RefSnapshot(format: try await format(path, foreign: foreign, refs: refs, head: head), refs: refs, head: head)
    }

    /// One that has been deleted while git read it is called broken, too.
    private static func refuse(_ broken: [RefName], _ path: String) throws(Failure) {
        for name in broken {
            guard try PlainFiles.isLoose(name, in: path) else { continue }
            throw Failure(.corrupt, GitMessage.bounded("\(GitMessage.escaped(name.description)) is broken"))
        }
    }

    private func format(_ path: String, foreign: Bool, refs: [Ref], head: Head) async throws(Failure) -> ObjectFormat {
        if let ref = refs.first { return ref.target.format }
        if case .detached(let target) = head { return target.format }
        var command = GitCommand(["--git-dir=\(path)", "rev-parse", "--show-object-format"], total: git.configuration.total)
        if foreign { command.source = FetchSource(directory: path) }
        let output = try await git.run(command).checkedInRepository().output
        return ObjectFormat(rawValue: String(decoding: output.filter { $0 > 0x20 }, as: UTF8.self)) ?? .sha1
    }
}
