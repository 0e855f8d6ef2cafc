public import HelioNode

/// The bare repositories at `<data>/repositories/KEY/slug.git`.
///
/// One repository's calls must not overlap; different repositories' may. Nothing here retries, waits for a turn or keeps
/// state in memory: what is on disk is all there is, so a fresh value after a crash knows as much.
public struct LocalCopies: Sendable {
    let git: Git
    let reader: RefReader
    var layout: DataLayout { git.layout }

    public init(git: Git) {
        self.git = git
        reader = RefReader(git)
    }

    /// The refs on disk.
    /// - Returns: nil when there is no copy.
    /// - Throws: `.corrupt` when what is there is no good copy; `.disk`, `.auth` or `.internal` when nobody knows, because it cannot be
    ///   looked at.
    public func snapshot(of name: RepositoryName) async throws(Failure) -> RefSnapshot? {
        let path = layout.copy(of: name)
        do throws(Failure) {
            return try await reader.read(path, foreign: false)
        } catch {
            if error.reason == .notFound {
                let isMissing = try await DiskThreads.shared.runOwn { Files.kind(path, followLinks: false) == nil }
                if isMissing { return nil }
            }
            switch error.reason {
            case .rejected, .notFound, .refLock: throw Failure(.corrupt, error.message)
            // Our own disk hangs, or is away: that is no fault of the repository's.
            case .timeout, .noProgress, .deadline, .connection: throw Failure(.disk, error.message)
            default: throw error
            }
        }
    }

    /// Free and total bytes of the file system that holds the data directory; free is what we may use.
    /// - Throws: `.disk` also when it has not said so within ten seconds.
    public func freeSpace() async throws(Failure) -> (free: Int64, total: Int64) {
        let data = layout.data
        return try await DiskThreads.space.runOwn(within: .seconds(10)) { () throws(Failure) in try FreeSpace.of(data) }
    }
}

/// What `prepare` found.
public enum Preparation: Sendable {
    /// The copy has exactly the upstream's refs and HEAD.
    case unchanged(RefSnapshot)
    /// The objects are here. For a snapshot the new copy stands complete in `staged`, for an incremental change that is nil.
    case change(PreparedChange, staged: StagedCopy?)
}

/// A complete new copy below `<data>/staging`, waiting for its rename. Given up by `LocalCopies.discard`; what a crash leaves
/// is removed by `sweep`.
public struct StagedCopy: Sendable, Hashable {
    let path: String
}

/// What became of a change that was stored when we crashed.
public enum Recovery: Sendable, Hashable {
    /// The copy has the new refs.
    case finished
    /// The copy has the old refs, or refs that are neither: the next synchronisation learns anew.
    case rolledBack
}

/// What tells at start whether a stored copy can be relied on.
public enum CopyCondition: Sendable, Hashable {
    case good(RefSnapshot)
    case missing
    /// It has to be mirrored anew.
    case damaged(Failure)
}
