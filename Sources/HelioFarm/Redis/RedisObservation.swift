/// What happens to the connection.
public enum RedisObservation: Sendable, Hashable {
    case connected
    /// A connection that stood was lost.
    case disconnected(RedisError)
    /// An attempt to connect failed. Told once for attempt after attempt that fails in the same way.
    case failed(RedisError)
}
