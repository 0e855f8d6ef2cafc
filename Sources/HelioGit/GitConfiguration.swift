/// How git is run and where local copies are kept.
public struct GitConfiguration: Sendable {
    /// The data directory; everything of git's is kept below `repositories`, `staging`, `trash` and `git` in it.
    public var data: String
    /// The git program: a name looked up in `path`, or an absolute path.
    public var program = "git"
    /// `PATH` of git and of what it starts (`ssh`); nothing of our own environment is inherited.
    public var path = "/usr/local/bin:/usr/bin:/bin"
    /// A git process group that neither wrote to stderr, nor grew the copy's objects, nor used CPU for so long is ended.
    public var noProgress: Duration = .seconds(120)
    /// The longest that one git process may take when a copy exists.
    public var total: Duration = .seconds(2 * 3600)
    /// The longest that one git process of a first copy may take.
    public var firstCopyTotal: Duration = .seconds(12 * 3600)
    /// Bytes of memory for each git process that reads what an upstream sends (RLIMIT_DATA of getrlimit(2): packs that are only mapped
    /// do not count).
    public var maxMemory: Int64 = 4 << 30
    /// Bytes of the largest file that a fetch may write, which is the pack (RLIMIT_FSIZE).
    public var maxPack: Int64 = 64 << 30
    /// Between TERM and KILL of a group that is ended.
    public var killGrace: Duration = .seconds(5)
    /// fsck message ids ignored in addition to `GitConfigFile.harmlessFlaws`, such as `badDate`.
    public var fsckIgnore: [String] = []
    /// Refs neither mirrored nor hashed; see `RefPatterns`.
    public var refsExclude: [String] = []
    /// For URLs that name no other credentials.
    public var credentials: GitCredentials?
    /// By the name that an entry of a list of URLs gives.
    public var namedCredentials: [String: GitCredentials] = [:]
    public var ssh: GitSSH?
    /// Certificates to trust instead of the system's, as a PEM file.
    public var caFile: String?
    /// A proxy for HTTP and HTTPS, as git's `http.proxy` takes it, without a user. Nothing is taken from our environment.
    public var proxy: String?
    /// Requests at once to one host.
    public var perHost = 2
    public var maintenance = MaintenanceThresholds()
    /// Of an upstream's repositories, where nothing is excluded.
    var refLimits = RefLimits()
    /// How long the disk may take to answer for the refs of one repository.
    var diskPatience = DiskThreads.patience

    public init(data: String) { self.data = data }
}

/// A user name and the file whose first line is the password or token. The file is read by the askpass program at the moment
/// of use, so the secret is neither in an argument nor in an environment.
public struct GitCredentials: Sendable, Hashable {
    public var username: String
    public var tokenFile: String

    public init(username: String, tokenFile: String) {
        self.username = username
        self.tokenFile = tokenFile
    }
}

public struct GitSSH: Sendable, Hashable {
    public var keyFile: String
    public var knownHostsFile: String

    public init(keyFile: String, knownHostsFile: String) {
        self.keyFile = keyFile
        self.knownHostsFile = knownHostsFile
    }
}

/// When a local copy is tidied up. The defaults are those of `git gc --auto` (6,700 loose objects, 50 packs); for loose refs it
/// has none.
public struct MaintenanceThresholds: Sendable, Hashable {
    public var looseRefs = 1000
    public var packs = 50
    public var looseObjects = 6700
    /// Unreachable objects older than this are removed, and so often the packs are looked through for them: git's own `gc.pruneExpire` of
    /// two weeks.
    public var pruneOlderThan: Duration = .seconds(14 * 86400)

    public init() {}
}
