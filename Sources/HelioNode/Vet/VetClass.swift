/// How our copy of a repository compares with the upstream's.
public enum VetClass: String, Sendable, Hashable, CaseIterable {
    case equal
    /// What we hold is what we believe to hold; the upstream has moved on.
    case lagging
    /// No copy yet.
    case missing
    /// Here and no longer there.
    case extra
    /// What is on disk is not what we believe to hold, or is broken.
    case mismatch
    /// One side could not be read, which says nothing of what it holds, or the upstream has not computed its hash.
    case unknown
}

/// One repository read on both sides by a vet.
public struct Comparison: Sendable {
    public let repository: RepositoryID
    /// Read from disk, not remembered; nil when there is no copy.
    public let ours: Result<MirrorHash?, Failure>
    public let upstream: Result<MirrorHash, Failure>

    public init(repository: RepositoryID, ours: Result<MirrorHash?, Failure>, upstream: Result<MirrorHash, Failure>) {
        self.repository = repository
        self.ours = ours
        self.upstream = upstream
    }

    /// - Parameter remembered: what we believe our copy's content to be.
    public func classify(remembered: MirrorHash) -> VetClass {
        switch (ours, upstream) {
        case (_, .failure(let failure)): failure.reason == .notFound ? .extra : .unknown
        // A disk that stalls, or descriptors that run out, are no fault of the copy.
        case (.failure(let failure), .success): failure.reason == .corrupt ? .mismatch : .unknown
        case (.success(nil), .success): .missing
        case (.success, .success(.unknown)): .unknown
        case (.success(let here?), .success(let there)):
            here == there ? .equal : (here == remembered ? .lagging : .mismatch)
        }
    }
}
