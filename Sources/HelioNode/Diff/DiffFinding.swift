/// Which of the two sides, in the order in which they were given. Nobody guesses which is the better one.
public enum DiffPlace: String, Sendable, Hashable, CaseIterable {
    case a = "A", b = "B"

    var other: DiffPlace { self == .a ? .b : .a }
}

/// What a comparison says of one repository.
public struct DiffFinding: Sendable, Hashable {
    public let id: RepositoryID
    public let project: ProjectID
    public let name: RepositoryName?
    public let judgement: DiffJudgement
    public let a: CopyFigures?
    public let b: CopyFigures?

    public var outcome: DiffClass { judgement.outcome }
}

public struct DiffJudgement: Sendable, Hashable {
    public let outcome: DiffClass
    /// The side that it is said of; nil where both have their part in it.
    public let place: DiffPlace?
    public let reason: DiffReason
    /// For how long at least; nil where nobody can tell.
    public let age: Duration?

    init(_ outcome: DiffClass, _ place: DiffPlace? = nil, _ reason: DiffReason, age: Duration? = nil) {
        self.outcome = outcome
        self.place = place
        self.reason = reason
        self.age = age
    }

    public var severity: DiffSeverity {
        switch outcome {
        case .claimedAbsent, .mismatch: .critical
        case .missing, .lagging: .lagging
        case .unknown: reason == .notComputed ? .benign : .lagging
        case .extra, .packedDifferently, .equal: .benign
        }
    }
}

/// Why a repository is in its class.
public enum DiffReason: Sendable, Hashable {
    case same
    /// The same content, other figures.
    case packing
    /// The copy is not on the disk.
    case copyGone
    /// Something that its refs lead to is not on the disk.
    case gap(String)
    case unreadable(Failure)
    /// What is on the disk is not what the node says.
    case diskDiffers
    /// Both held their content while it was the upstream's, and the contents differ.
    case contentDiffers
    /// The side says that it is behind.
    case behind
    case quarantined
    /// The side has not looked at the upstream since.
    case notLooked
    /// The side is behind with some repositories and does not say with which.
    case mayBeBehind
    /// It changed while the two sides were read.
    case moments
    /// A synchronisation is under way.
    case changing
    /// Its first copy has not been made.
    case firstCopy
    case notThere
    case goneUpstream
    /// Forty zeros.
    case notComputed
    /// The place where it would be could not be looked at.
    case unseen

    /// For people. What a peer wrote is in it: whoever prints it makes it printable.
    public var words: String {
        switch self {
        case .same: "the same"
        case .packing: "the same content, packed differently"
        case .copyGone: "the node says that it has a copy, and there is none on its disk"
        case .gap(let what): what
        case .unreadable(let failure): "cannot be read: \(failure.message)"
        case .diskDiffers: "the disk holds something else than the node says"
        case .contentDiffers: "the contents differ, and no lag explains it"
        case .behind: "behind"
        case .quarantined: "quarantined"
        case .notLooked: "has not looked at the upstream since the other side's content came"
        case .mayBeBehind: "differs, and the node is behind with some repositories"
        case .moments: "changed while the two sides were read"
        case .changing: "being synchronised"
        case .firstCopy: "its first copy has not been made yet"
        case .notThere: "not there"
        case .goneUpstream: "deleted upstream and not purged"
        case .notComputed: "its hash has not been computed yet"
        case .unseen: "the directory where it would be cannot be looked at"
        }
    }
}
