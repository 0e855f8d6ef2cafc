/// A duration that the reservoir has kept.
struct Sample: Sendable {
    /// What it has drawn: the reservoir keeps the highest.
    var priority: Double
    /// By its age, relative to the reservoir's landmark.
    var weight: Double
    let nanoseconds: Int64
}
