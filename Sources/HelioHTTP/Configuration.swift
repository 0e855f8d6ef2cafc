/// What a server allows. Each limit holds for one connection unless it says otherwise.
public struct Configuration: Sendable {
    /// Bytes of a request line and its headers together.
    public var headBytes = 8 * 1024
    /// Bytes of a request target.
    public var targetBytes = 4 * 1024
    public var headers = 64
    /// From a head's first byte to its last.
    public var headDeadline = Duration.seconds(10)
    /// From a head's last byte to its body's last.
    public var bodyDeadline = Duration.seconds(30)
    /// Between requests, and before the first.
    public var idleDeadline = Duration.seconds(75)
    /// How long the rest of a refused request is read and thrown away, so that the peer sees the answer and not a reset.
    public var lingerDeadline = Duration.seconds(2)
    /// Bytes thrown away at most meanwhile.
    public var lingerBytes = 64 * 1024
    /// A peer that takes fewer bytes than this each second, over a whole `drainWindow`, is cut off.
    public var minimumDrainRate = 4 * 1024
    public var drainWindow = Duration.seconds(10)
    /// Bytes that the slow peers of one loop may leave in the server's memory together, those that producers keep among them. Where there
    /// are more, who has most of them is cut off: each of ten thousand may read as slowly as `minimumDrainRate` lets it.
    public var unsentBytes = 256 * 1024 * 1024
    /// How long idle connections may still bring a request once the server is draining.
    public var drainGrace = Duration.seconds(1)
    /// Of the whole server. When there are so many, the one that has kept it waiting longest makes way for a newcomer; where all are being
    /// answered, the newcomer gets 503.
    public var connections = 10_000
    /// After which an incomplete request is overdue, and its connection goes before idle ones when somebody has to make way.
    public var patience = Duration.seconds(1)
    /// Pipelined bytes kept while an answer is under way.
    public var pipelineBytes = 16 * 1024
    /// No further request is begun and no further piece is produced while more than this waits to be written.
    public var outputMark = 64 * 1024
    /// How often deadlines are looked at, and so how late they may strike.
    public var sweepInterval = Duration.milliseconds(500)

    public init() {}
}
