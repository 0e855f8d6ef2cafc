/// What became of a request, or of a connection that never brought one. For metrics and logs.
public struct Exchange: Sendable {
    public enum Ending: Hashable, Sendable {
        /// A handler's answer was made whole. Whether the peer has taken its last bytes, nobody can tell.
        case answered
        /// The server answered by itself.
        case refused(Refusal)
        /// The connection was closed without an answer, or within one.
        case cut(Cut)
    }

    /// Why a connection was cut. The raw values are closed, because they become metric labels.
    public enum Cut: String, Sendable, Hashable, CaseIterable {
        case idle, slowReader = "slow_reader", peerVanished = "peer_vanished", producerFailed = "producer_failed"
        case drainDeadline = "drain_deadline"
        /// TLS was not agreed upon, or not in the time that a head has.
        case handshake = "tls_handshake"
        /// It made way for another, when there were too many.
        case displaced
        /// The process is out of descriptors or memory; told at most once a second.
        case noDescriptors = "no_descriptors"
    }

    /// The pattern of the route, never the path: there are few of them.
    public let route: String?
    /// Its place in `Router.patterns`, for those who count and must not compare texts.
    public let routeIndex: Int?
    /// nil when the request line was not understood.
    public let method: Method?
    /// 0 when nothing was answered.
    public let status: Int
    /// Of the answer, head included.
    public let bytes: Int
    /// From the head's last byte to the answer's last.
    public let duration: Duration
    public let ending: Ending

    public init(
        route: String?, routeIndex: Int?, method: Method?, status: Int, bytes: Int, duration: Duration, ending: Ending
    ) {
        self.route = route
        self.routeIndex = routeIndex
        self.method = method
        self.status = status
        self.bytes = bytes
        self.duration = duration
        self.ending = ending
    }
}
