/// What a node tells its farm of itself with every heartbeat.
public struct MemberRecord: Hashable, Sendable {
    public var id: MemberID
    public var name: String
    /// Where the node answers.
    public var host: String
    public var port: UInt16
    public var version: String
    /// Of this start of the node: a later start of the same identity has a higher one. 0 before the farm has given it.
    public var epoch: Int64
    /// What makes its upstream this one and no other.
    public var upstream: String
    public var standing: Standing
    /// The most nodes that this one has seen SYNCHRONIZED together since there was none.
    public var mostSynchronized: Int

    public init(
        id: MemberID, name: String, host: String, port: UInt16, version: String, epoch: Int64 = 0, upstream: String,
        standing: Standing = Standing(), mostSynchronized: Int = 0
    ) {
        self.id = id
        self.name = name
        self.host = host
        self.port = port
        self.version = version
        self.epoch = epoch
        self.upstream = upstream
        self.standing = standing
        self.mostSynchronized = mostSynchronized
    }
}

/// How a node stands, as far as the others need to know.
public struct Standing: Hashable, Sendable {
    public var state = NodeState.starting
    public var isDraining = false
    public var isStrict = false
    /// What its own `/status` answers: 200 or 503.
    public var status = 503
    /// What its own `/readyz` answers.
    public var isReady = false
    /// A rule that hits all nodes together speaks against it: it would withdraw if enough others stayed.
    public var wantsToWithdraw = false
    /// Age of the oldest change known upstream and not yet there.
    public var lag: Duration = .zero
    /// What its copies hold, in one number: equal numbers, equal content.
    public var catalogue: UInt64 = 0

    /// It can keep what it is to send.
    public var canStore = true

    public init() {}

    /// It counts as SYNCHRONIZED for the others: draining the only good node must not empty the pool.
    public var countsAsSynchronized: Bool { state == .synchronized && !isDraining }

    public var takesTraffic: Bool { status == 200 }
}

extension MemberRecord {
    /// Bytes of one field that others read; a longer one makes the record nobody's.
    public static let fieldLimit = 256

    /// Whether a text may be shown to people: nothing in it moves the cursor, or turns the text around it.
    public static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }
}
