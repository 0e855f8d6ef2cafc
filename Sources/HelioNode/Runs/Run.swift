/// Names a run; printed as a UUID.
public struct RunID: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// A random (version 4) UUID, RFC 9562 section 5.4.
    public init(using random: inout some RandomNumberGenerator) {
        high = (random.next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
        low = (random.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
    }

    public init?(_ text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard text.utf8.count == 36, digits.count == 32,
            let high = UInt64(String(decoding: digits[..<16], as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits[16...], as: UTF8.self), radix: 16)
        else { return nil }
        self.high = high
        self.low = low
        guard description == text.lowercased() else { return nil }
    }
}

extension RunID {
    /// As their texts are ordered, and much faster.
    public static func < (left: RunID, right: RunID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension RunID: CustomStringConvertible {
    public var description: String {
        func hex(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: digits - text.count) + text
        }
        return [
            hex(high >> 32, 8), hex((high >> 16) & 0xFFFF, 4), hex(high & 0xFFFF, 4), hex(low >> 48, 4),
            hex(low & 0xFFFF_FFFF_FFFF, 12),
        ].joined(separator: "-")
    }
}

/// Which repositories a run is about. Only runs over all of them count as full synchronisations.
public enum RunScope: Hashable, Sendable {
    case all
    case project(ByteString)
    case repository(RepositoryName)
}

public enum RunTrigger: String, Sendable, Hashable {
    case scheduled, requested
}

public enum RunStatus: String, Sendable, Hashable, CaseIterable {
    case success, fail, cancel
}

/// How a repository came out of a run.
public enum RepositoryOutcome: String, Sendable, Hashable, CaseIterable {
    case success, fail, cancel
    /// It disappeared from the upstream meanwhile.
    case skipped
}

/// One pass over the repositories, from its claim to the outcome of the last of them.
public struct Run: Sendable {
    /// How many closed runs are kept in memory; the store keeps more.
    public static let closedKept = 100

    public let id: RunID
    public let trigger: RunTrigger
    public let scope: RunScope
    /// nil of one of an earlier life: it is not kept.
    public let acceptsDeletions: Bool?
    public let claimedAt: Moment
    public internal(set) var planned: Int?
    public internal(set) var outcomes: [RepositoryOutcome: Int] = [:]
    public internal(set) var discoveryFailure: Failure?
    public internal(set) var end: End?
    /// Repositories whose first attempt in this run has not come out yet.
    public internal(set) var outstandingCount = 0

    public struct End: Sendable {
        public let status: RunStatus
        public let reason: String?
        public let at: Moment
        /// From the claim, so waiting in the queue is part of it.
        public let duration: Duration

        public init(status: RunStatus, reason: String?, at moment: Moment, duration: Duration) {
            self.status = status
            self.reason = reason
            self.at = moment
            self.duration = duration
        }
    }

    init(id: RunID, trigger: RunTrigger, scope: RunScope, acceptsDeletions: Bool?, claimedAt: Moment) {
        self.id = id
        self.trigger = trigger
        self.scope = scope
        self.acceptsDeletions = acceptsDeletions
        self.claimedAt = claimedAt
    }

    /// One of an earlier life, as the store kept it.
    public init(
        id: RunID, trigger: RunTrigger, scope: RunScope, claimedAt: Moment, planned: Int?, outcomes: [RepositoryOutcome: Int], end: End
    ) {
        self.init(id: id, trigger: trigger, scope: scope, acceptsDeletions: nil, claimedAt: claimedAt)
        self.planned = planned
        self.outcomes = outcomes
        self.end = end
    }
}

extension RunScope: CustomStringConvertible {
    /// For logs and the ledger: `all`, or what the run is confined to.
    public var description: String {
        switch self {
        case .all: "all"
        case .project(let key): "project \(key)"
        case .repository(let name): "repository \(name)"
        }
    }

    /// - Returns: nil for what is no description of a scope.
    public init?(_ description: String) {
        // By bytes: a key may begin with a combining mark, which would make one character with the space.
        let words = description.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        let kind = words.first.map { String(decoding: $0, as: UTF8.self) }
        switch (kind, words.count) {
        case ("all", 1): self = .all
        case ("project", 2): self = .project(ByteString(words[1]))
        case ("repository", 2):
            guard let name = try? RepositoryName(ByteString(words[1])) else { return nil }  // no name of a repository
            self = .repository(name)
        default: return nil
        }
    }
}
