/// What can become of a command.
public enum RedisError: Error, Sendable, Hashable {
    /// It was not sent. Why, for people.
    case unavailable(String)
    /// No reply came within the time for one. Whether Redis did it is not known.
    case timedOut
    /// The connection went before the reply came, and why, for people. Whether Redis did it is not known.
    case connectionLost(String)
    /// Redis, or whoever answers in its place, does not keep to the protocol; what it did, for people. Whether the command was done
    /// is not known.
    case protocolViolation(String)
    /// Redis answered with an error: its kind, and its words made fit for a log.
    case refused(Refusal, String)
    /// The task that waited for the reply was cancelled. Whether Redis did it is not known.
    case cancelled
}

extension RedisError {
    /// Kinds of error replies that call for different answers of ours.
    public enum Refusal: Sendable, Hashable, CaseIterable {
        /// Redis is reading its data from disk.
        case loading
        /// Redis is a replica, and may be without its master.
        case readOnly
        /// Redis has reached its memory limit and evicts nothing.
        case outOfMemory
        /// Redis wants a password, or another one.
        case noAuth
        /// The user may not do this.
        case noPermission
        /// A script has been running for too long.
        case busy
        /// The key lives elsewhere, or nowhere at the moment: a cluster.
        case moved
        /// The key holds another type of value.
        case wrongType
        /// No script has this digest.
        case noScript
        /// Redis cannot save to its disk and takes no writes.
        case misconfigured
        case other

        /// The first words that Redis's own sources use.
        private static let words: [String: Refusal] = [
            "LOADING": .loading, "READONLY": .readOnly, "OOM": .outOfMemory, "NOAUTH": .noAuth, "WRONGPASS": .noAuth,
            "NOPERM": .noPermission, "BUSY": .busy, "MOVED": .moved, "ASK": .moved, "TRYAGAIN": .moved, "CLUSTERDOWN": .moved,
            "CROSSSLOT": .moved, "MASTERDOWN": .readOnly, "WRONGTYPE": .wrongType, "NOSCRIPT": .noScript, "MISCONF": .misconfigured,
        ]

        /// Before 7.0, Redis wraps what stopped a script: `ERR Error running script (call to f_…): @user_script:30: @user_script: 30:
        /// -READONLY You can't write against a read only replica.`
        private static let scriptError = "ERR Error running script"

        init(firstWordOf line: [UInt8]) {
            var reason = line[...]
            if line.starts(with: Self.scriptError.utf8), let mark = line.firstRange(of: Array(": -".utf8)) {
                reason = line[mark.upperBound...]
            }
            let word = String(decoding: reason.prefix(16).prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
            self = Self.words[word] ?? .other
        }
    }

    /// Whether both say only that the other end is no Redis, in words that depend on what it sent.
    func isLike(_ other: RedisError) -> Bool {
        if case (.protocolViolation, .protocolViolation) = (self, other) { true } else { false }
    }

    /// An error reply.
    init(refusal line: [UInt8]) { self = .refused(Refusal(firstWordOf: line), LogText.escaped(line)) }
}

extension RedisError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unavailable(let why): "Redis is not connected: \(why)"
        case .timedOut: "Redis did not answer in time"
        case .connectionLost(let why): "the connection to Redis was lost: \(why)"
        case .protocolViolation(let what): "Redis does not keep to its protocol: \(what)"
        case .refused(_, let message): "Redis refused: \(message)"
        case .cancelled: "cancelled while Redis was being asked"
        }
    }
}
