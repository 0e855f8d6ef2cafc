/// What was sent and is not answered yet, in order: all that RESP2 has for telling whose a reply is. Requests whose caller has gone
/// stay in it, because their replies still come.
struct InFlight {
    /// Far more than the farm's own rhythm needs: who reaches it asks faster than Redis answers, and waiting longer would not help.
    static let commandLimit = 1024
    static let byteLimit = 8 << 20

    private struct Request {
        let promise: ReplyPromise
        let missing: Int
        let bytes: Int
        /// In nanoseconds of the monotonic clock, without the time that bytes give.
        let deadline: Int64
    }

    /// What each byte gives everybody in flight, in nanoseconds: a link of 256 KiB a second (2 Mbit/s) is no reason to give up. An announcement
    /// has up to 2 MiB, in one command or in one reply, and what waits behind it is as late.
    private static let nanosecondsPerByte: Int64 = 1_000_000_000 / 262_144

    /// What all bytes that have moved since the beginning have given.
    private var given: Int64 = 0

    /// What stands before `first` has been answered.
    private var requests: [Request] = []
    private var first = 0
    /// Of the first request, as far as they have come.
    private var values: [RESPValue] = []
    private(set) var commands = 0
    private(set) var bytes = 0

    /// Of the request that waits the longest.
    var deadline: Int64? { first < requests.count ? requests[first].deadline &+ given : nil }

    /// So many bytes were sent or received.
    mutating func moved(_ bytes: Int) { given &+= Int64(bytes) &* Self.nanosecondsPerByte }

    /// nil when there is room for another request of this size.
    func refusal(commands more: Int, bytes size: Int) -> RedisError? {
        if commands + more > Self.commandLimit {
            return .unavailable("more than \(Self.commandLimit) commands would wait for their replies")
        }
        guard bytes + size > Self.byteLimit else { return nil }
        return .unavailable("more than \(Self.byteLimit >> 20) MiB of commands would wait for their replies")
    }

    /// - Precondition: `count` is not 0; there is room.
    mutating func add(_ promise: ReplyPromise, count: Int, bytes size: Int, deadline: Int64) {
        moved(size)
        requests.append(Request(promise: promise, missing: count, bytes: size, deadline: deadline &+ Int64(size) &* Self.nanosecondsPerByte &- given))
        commands += count
        bytes += size
    }

    /// What a reply was.
    enum Taken {
        case unasked
        /// One of several that its request waits for.
        case partial
        /// The last that its request waited for.
        case whole(ReplyPromise, [RESPValue])
    }

    mutating func take(_ value: RESPValue) -> Taken {
        guard first < requests.count else { return .unasked }
        let request = requests[first]
        values.append(value)
        commands -= 1
        guard values.count == request.missing else { return .partial }
        let whole = values
        values = []
        bytes -= request.bytes
        dropFirst()
        return .whole(request.promise, whole)
    }

    /// In bulk, so that each costs the same however many wait.
    private mutating func dropFirst() {
        first += 1
        guard first == requests.count || first >= Self.commandLimit else { return }
        requests.removeSubrange(..<first)
        first = 0
    }

    /// No reply will come any more.
    /// - Returns: who waits, the longest first.
    mutating func empty() -> [ReplyPromise] {
        defer { self = InFlight() }
        return requests[first...].map(\.promise)
    }
}
