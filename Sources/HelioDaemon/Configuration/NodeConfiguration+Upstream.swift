public import HelioNode

extension NodeConfiguration {
    public struct Upstream: Sendable, Equatable {
        public var kind = UpstreamKind.directory
        /// Bare repositories lie below it; set when `kind` is `directory`.
        public var path: String?
        /// Not empty when `kind` is `urls`; each name once.
        public var urls: [RepositoryURL] = []
        /// For every URL that names no others.
        public var credentials = DefaultCredentials()
        /// Each name once.
        public var namedCredentials: [NamedCredentials] = []
        public var ssh = SSH()
        /// Certificates of the authorities to trust, PEM.
        public var caFile: String?
        /// `http://`, `https://`, `socks5://` or `socks5h://`, without a user.
        public var proxy: String?
        /// Requests at once to one host.
        public var perHost = 2
    }

    public enum UpstreamKind: String, Sendable, Equatable, CaseIterable {
        case directory, urls
    }

    /// Both or neither is set.
    public struct DefaultCredentials: Sendable, Equatable {
        public var username: String?
        public var tokenFile: String?
    }

    public struct SSH: Sendable, Equatable {
        public var keyFile: String?
        /// Without it, ssh's own known hosts decide; unknown hosts are refused either way.
        public var knownHostsFile: String?
    }

    public struct RepositoryURL: Sendable, Equatable {
        public let name: RepositoryName
        /// One that `URLUpstream` takes, without a password.
        public let url: String
        /// One of `namedCredentials`; nil for the default ones.
        public let credentials: String?
    }

    public struct NamedCredentials: Sendable, Equatable {
        public let name: String
        public let username: String
        public let tokenFile: String
    }
}
