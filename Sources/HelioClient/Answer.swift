/// What the other side said. Its body is read, so that the connection can be used again, and thrown away; of a long one not all is read.
public struct Answer: Hashable, Sendable {
    /// 200 to 999: informational answers are passed over.
    public let status: Int
    /// As it came, at most 100 bytes of it; nil without one.
    public let retryAfter: String?
}
