public import HelioNode

/// Where repositories come from. Kinds to come (another node, a Bitbucket, a manifest) conform to it too.
public protocol Upstream: Sendable {
    /// Discovery: everything there is. A repository that cannot be read carries its failure; a name that cannot be mirrored
    /// goes to `rejected`.
    /// - Throws: when the upstream as a whole, or a part of it, could not be looked at; a partial listing is never returned,
    ///   since what is missing from a listing is taken as deleted.
    func list() async throws(Failure) -> Listing

    /// One repository only.
    /// - Returns: nil when the upstream does not have it.
    func find(_ name: RepositoryName) async throws(Failure) -> ListedRepository?

    /// The refs of one repository now: legal names only, sorted, without ours and without excluded ones.
    func refs(of repository: Repository) async throws(Failure) -> UpstreamRefs

    /// Where its objects are fetched from.
    /// - Throws: `.timeout` when that takes a look at a disk, and it hangs.
    func source(of repository: Repository) async throws(Failure) -> FetchSource

    /// Hexadecimal SHA-256 of what makes this upstream: its kind and its path or URLs.
    var fingerprint: String { get }
}

/// What an upstream tells of a repository's refs.
public struct UpstreamRefs: Sendable, Hashable {
    /// nil where an empty repository over a URL does not tell.
    public let format: ObjectFormat?
    public let refs: [Ref]
    /// nil where the upstream does not tell: an unborn or dangling HEAD over a URL.
    public let head: Head?

    public init(format: ObjectFormat?, refs: [Ref], head: Head?) {
        self.format = format
        self.refs = refs
        self.head = head
    }

    /// What a copy has to become. A HEAD that the upstream does not tell stays as it was last known, at first
    /// `refs/heads/main`.
    public func snapshot(lastKnownHead: Head?, lastKnownFormat: ObjectFormat? = nil) -> RefSnapshot {
        RefSnapshot(format: format ?? lastKnownFormat ?? .sha1, refs: refs, head: head ?? lastKnownHead ?? .symbolic(.main))
    }
}

/// Where and how the objects of one repository are fetched.
public struct FetchSource: Sendable {
    /// An absolute path or a checked URL; secret-free.
    public let location: String
    /// The one protocol that git may use for it: `file`, `git`, `http`, `https` or `ssh`.
    public let scheme: String
    let credentials: GitCredentials?
    /// A directory that git must not refuse for belonging to another user.
    let trusted: String?
    /// Bounds the requests to one host.
    let gate: HostGate?
    /// The directory of the upstream as a whole, where it is one.
    let root: String?

    /// A bare repository on this machine.
    init(directory path: String, root: String? = nil) {
        self.init(location: path, scheme: "file", credentials: nil, trusted: path, gate: nil, root: root)
    }

    init(location: String, scheme: String, credentials: GitCredentials?, trusted: String?, gate: HostGate?, root: String? = nil) {
        self.root = root
        self.location = location
        self.scheme = scheme
        self.credentials = credentials
        self.trusted = trusted
        self.gate = gate
    }
}
