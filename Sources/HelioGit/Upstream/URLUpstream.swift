public import HelioNode

/// A list of repositories by URL, as the configuration gives it.
public struct URLUpstream: Upstream {
    /// What a URL may start with, before `://`. Not `file`: a path on this machine has no host to be polite to and needs trust in
    /// its owner, which a `DirectoryUpstream` gives.
    public static let schemes = ["https", "http", "ssh", "git"]

    public struct Entry: Sendable, Hashable {
        public var project: String
        public var slug: String
        public var url: String
        /// A name among `GitConfiguration.namedCredentials`; nil for the upstream's own.
        public var credentials: String?

        public init(project: String, slug: String, url: String, credentials: String? = nil) {
            self.project = project
            self.slug = slug
            self.url = url
            self.credentials = credentials
        }
    }

    private struct Target: Sendable {
        let repository: Repository
        let url: UpstreamURL
        let credentials: GitCredentials?
    }

    private let git: Git
    private let targets: [RepositoryName: Target]
    private let gates: [String: HostGate]
    private let rejected: [RejectedRepository]
    /// Why the URL of an entry is refused. Its repository is there all the same: a copy of it stays.
    private let refused: [RepositoryName: String]
    public let fingerprint: String

    /// - Throws: `.rejected`, saying why, for a URL that is not handed to git. What it says repeats nothing of the URL.
    public static func check(_ url: String) throws(Failure) { _ = try UpstreamURL(url) }

    /// - Throws: `.rejected` when two entries have one name or one id, or one names credentials that there are not. An entry
    ///   whose own name or URL is refused is reported by `list` and blocks nothing.
    public init(_ entries: [Entry], git: Git) throws(Failure) {
        var targets: [RepositoryName: Target] = [:]
        var rejected: [RejectedRepository] = []
        var refused: [RepositoryName: String] = [:]
        for entry in entries {
            do throws(RefusedEntry) {
                let target = try Self.target(entry, git.configuration)
                guard targets.updateValue(target, forKey: target.repository.name) == nil else { throw .fatal("\(target.repository.name) is listed twice") }
            } catch {
                switch error {
                case .entry(let why, let name):
                    rejected.append(RejectedRepository(path: GitMessage.escaped("\(entry.project)/\(entry.slug)"), why: why))
                    if let name { refused[name] = why }
                case .fatal(let why): throw Failure(.rejected, GitMessage.bounded(GitMessage.escaped(why)))
                }
            }
        }
        try DerivedID.checkCollisions(in: targets.values.map(\.repository))
        (self.git, self.targets, self.rejected, self.refused) = (git, targets, rejected, refused)
        let perHost = git.configuration.perHost
        gates = Dictionary(targets.values.map { ($0.url.host, HostGate(limit: perHost)) }, uniquingKeysWith: { first, _ in first })
        fingerprint = Fingerprint.of(["urls"] + targets.sorted { $0.key < $1.key }.flatMap { [$0.key.description, $0.value.url.text] })
    }

    private enum RefusedEntry: Error {
        /// With its name, unless that is what is refused.
        case entry(String, RepositoryName?)
        case fatal(String)
    }

    private static func target(_ entry: Entry, _ configuration: GitConfiguration) throws(RefusedEntry) -> Target {
        let name: RepositoryName
        do {
            name = try RepositoryName(project: ByteString(entry.project), slug: ByteString(entry.slug))
        } catch {
            throw .entry(error.rawValue, nil)
        }
        let url: UpstreamURL
        do { url = try UpstreamURL(entry.url) } catch { throw .entry(error.message, name) }
        var credentials = configuration.credentials
        if let named = entry.credentials {
            credentials = configuration.namedCredentials[named]
            if credentials == nil { throw .fatal("\(name) names the unknown credentials \(named)") }
        }
        return Target(repository: repository(name), url: url, credentials: url.scheme.hasPrefix("http") ? credentials : nil)
    }

    /// A URL tells no description and no visibility, and its default branch only when it is asked for its refs; the metadata
    /// hash is of what the list says, the same on every node.
    private static func repository(_ name: RepositoryName) -> Repository {
        let project = Project(id: DerivedID.project(name.project), key: name.project, name: name.project.description, isPublic: false)
        return Repository(
            id: DerivedID.repository(name), name: name, displayName: name.slug.description, project: project, isPublic: false,
            description: nil, defaultBranch: nil)
    }

    public func list() async throws(Failure) -> Listing {
        let repositories = targets.values.map(Self.listed).sorted { $0.repository.name < $1.repository.name }
        return Listing(repositories: repositories, rejected: rejected, unseen: UnseenPaths(refused.keys.map(\.path)))
    }

    public func find(_ name: RepositoryName) async throws(Failure) -> ListedRepository? { targets[name].map(Self.listed) }

    private static func listed(_ target: Target) -> ListedRepository {
        ListedRepository(repository: target.repository, metadata: MetadataHash.of(target.repository), content: nil)
    }

    public func refs(of repository: Repository) async throws(Failure) -> UpstreamRefs {
        var command = GitCommand(["ls-remote", "--symref", "--"], total: git.configuration.total)
        let source = try source(of: repository)
        command.arguments.append(source.location)
        command.source = source
        let reader = RefReader(git)
        command.outputLimit = reader.upstreamLimits.bytes
        return try RefLines.parseRemote(try await git.run(command).checked().output, filter: reader.filter, reader.upstreamLimits)
    }

    public func source(of repository: Repository) throws(Failure) -> FetchSource {
        guard let target = targets[repository.name] else {
            if let why = refused[repository.name] { throw Failure(.rejected, why) }
            throw Failure(.notFound, "\(GitMessage.escaped("\(repository.name)")) is not in the list of URLs")
        }
        return FetchSource(
            location: target.url.text, scheme: target.url.scheme, credentials: target.credentials, trusted: nil,
            gate: gates[target.url.host])
    }
}
