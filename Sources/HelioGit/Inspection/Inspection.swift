public import HelioNode

/// Looks at repositories on this machine's disk, as if for the first time: their refs, whether what the refs name is there, what
/// they weigh. It changes nothing and believes no record. A repository of 41 refs costs about half a millisecond and no process.
public struct Inspection: Sendable {
    /// How closely a repository is looked at.
    public enum Depth: Sendable, Hashable {
        /// The object that each ref names is there.
        case tips
        /// Everything that the refs lead to is there: one process of git for each repository, for minutes where it is large.
        case connectivity
    }

    /// The longest that git may look at one repository. Linux with its ten million objects takes about two minutes.
    static let limit: Duration = .seconds(1800)

    let git: Git
    private let copies: LocalCopies

    public init(git: Git) {
        self.git = git
        copies = LocalCopies(git: git)
    }

    /// The node's own copy.
    public func copy(of name: RepositoryName, _ depth: Depth) async -> DiskReading {
        await reading(copies.layout.copy(of: name), depth, foreign: false)
    }

    /// A repository of an upstream directory, which may belong to another user.
    public func upstream(_ source: FetchSource, _ depth: Depth) async -> DiskReading {
        await reading(source.location, depth, foreign: true)
    }

    private func reading(_ path: String, _ depth: Depth, foreign: Bool) async -> DiskReading {
        do throws(Failure) {
            return .read(try await content(path, depth, foreign: foreign))
        } catch {
            guard error.reason == .notFound, await isGone(path) else { return .unreadable(error) }
            return .absent
        }
    }

    /// A link that leads nowhere has not gone: its disk may not be mounted.
    private func isGone(_ path: String) async -> Bool {
        // A disk that does not say so has told nothing.
        (try? await DiskThreads.run { Files.kind(path, followLinks: false) == nil }) ?? false
    }

    private func content(_ path: String, _ depth: Depth, foreign: Bool) async throws(Failure) -> DiskContent {
        let snapshot = try await copies.reader.read(path, foreign: foreign)
        let count = try await DiskThreads.run { () throws(Failure) in try ObjectCount(of: path) }
        let figures = CopyFigures(refs: Int64(snapshot.refs.count), objects: count.objects, bytes: count.bytes)
        var gap = try await missingTip(of: snapshot, in: path, foreign: foreign)
        if gap == nil, depth == .connectivity { gap = try await brokenLink(in: path, snapshot, foreign: foreign) }
        return DiskContent(content: ContentHash.of(snapshot), figures: figures, gap: gap)
    }

    private func missingTip(of snapshot: RefSnapshot, in path: String, foreign: Bool) async throws(Failure) -> String? {
        let missing = try await copies.firstMissing(of: snapshot.objects, in: path, format: snapshot.format, foreign: foreign)
        guard let missing else { return nil }
        let ref = snapshot.refs.first { $0.target == missing }?.name.description ?? "HEAD"
        return GitMessage.bounded("\(GitMessage.escaped(ref)) names \(missing), which is not there")
    }

    /// `git rev-list` walks all that the refs lead to and asks of each blob whether it is there, as git does itself after a fetch.
    /// - Returns: what git says is missing; nil when everything is there.
    /// - Throws: whatever says nothing of the repository: `.deadline`, `.noProgress`, `.cancelled`, `.disk`, `.auth`, and `.internal`
    ///   when git cannot be run or ends by a signal.
    private func brokenLink(in path: String, _ snapshot: RefSnapshot, foreign: Bool) async throws(Failure) -> String? {
        // Without a tip there is nothing to walk, and git takes no walk without a start.
        guard !snapshot.objects.isEmpty else { return nil }
        // A commit-graph would vouch for commits that are not there any more.
        let words = ["-c", "core.commitGraph=false", "--git-dir=\(path)", "rev-list", "--objects", "--quiet", "--all"]
        var command = GitCommand(words, total: min(Self.limit, git.configuration.total))
        if foreign { command.source = FetchSource(directory: path) }
        do throws(Failure) {
            _ = try await git.run(command).checked()
            return nil
        } catch {
            // git has no one sentence for a hole in a repository; what is not our disk, our user or our patience is one.
            guard [.corrupt, .rejected, .notFound].contains(error.reason) || error.isPlainComplaint else { throw error }
            return GitMessage.bounded("not everything that its refs lead to is there: \(error.message)")
        }
    }
}

extension Failure {
    /// git exited with an error that `Classification` has no name for.
    fileprivate var isPlainComplaint: Bool {
        reason == .internal && (message.contains("fatal: ") || message.contains("error: "))
    }
}
