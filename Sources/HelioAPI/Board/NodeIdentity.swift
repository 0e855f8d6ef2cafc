/// Who a node is, as far as its answers say so.
public struct NodeIdentity: Sendable, Hashable {
    public var name: String
    public var version: String
    /// A UUID, kept over restarts.
    public var id: String
    /// Differs with each start of the process; part of every `ETag`, because revisions begin anew.
    public var boot: String
    /// Where this node is reached; the port after binding.
    public var address: Address
    public var upstream: Upstream
    /// Templates with `{project}` and `{repository}`.
    public var cloneURLs: [String]

    public struct Address: Sendable, Hashable {
        public var host: String
        public var port: UInt16

        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }
    }

    public struct Upstream: Sendable, Hashable {
        /// For people: without credentials.
        public var url: String
        /// SHA-256 in hex of what makes it this upstream and no other.
        public var fingerprint: String

        public init(url: String, fingerprint: String) {
            self.url = url
            self.fingerprint = fingerprint
        }

        /// The fingerprint's first 128 bits as a version 8 UUID (RFC 9562 section 5.8): the same on every node of a farm. A
        /// fingerprint that is no hex gives the nil UUID.
        public var id: String { UUIDText.version8(hex: fingerprint) }
    }

    public init(
        name: String, version: String, id: String, boot: String, address: Address, upstream: Upstream, cloneURLs: [String] = []
    ) {
        self.name = name
        self.version = version
        self.id = id
        self.boot = boot
        self.address = address
        self.upstream = upstream
        self.cloneURLs = cloneURLs
    }
}
