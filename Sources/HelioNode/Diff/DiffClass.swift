/// How a repository on one side compares with the same one on the other; the raw values are on the wire. In order, worst first.
public enum DiffClass: String, Sendable, Hashable, CaseIterable, Comparable {
    /// The record says that it is here, and the data is not: the copy is gone or no repository, or a ref names an object that is not
    /// there. A clone of it fails, so this is data lost.
    case claimedAbsent = "claimed-absent"
    /// The contents differ and no lag explains it: both sides say that theirs was the upstream's at one and the same time, or a disk
    /// holds something else than its own record says. Whoever trusts the record is served something else.
    case mismatch
    /// On the other side and not here. It may be on its way (a first copy has its age), or was skipped.
    case missing
    /// The contents differ, and one side is known to be behind: it says so itself, or it has not looked at the upstream since the
    /// other's content came to be. Comes with an age.
    case lagging
    /// Nothing can be said: a hash that has not been computed yet (forty zeros), or a repository that could not be read just now.
    case unknown
    /// Here and not at the upstream: deleted there and not purged yet.
    case extra
    /// The same content in another number of objects or bytes, which repacking, the history of fetches and left-over objects explain.
    case packedDifferently = "packed-differently"
    case equal

    public static func < (left: DiffClass, right: DiffClass) -> Bool { left.place < right.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Whether it is looked at again before it is said: all of these can be the two sides having been read at different moments.
    var isSuspicious: Bool { self <= .missing }
}

/// How bad a comparison came out, which is the exit code.
public enum DiffSeverity: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// Nothing differs, or nothing that matters.
    case benign = 0
    /// Something is not there yet, or could not be read: look again later.
    case lagging = 1
    case critical = 2

    public static func < (left: DiffSeverity, right: DiffSeverity) -> Bool { left.rawValue < right.rawValue }
}
