import HelioNode

/// The keys of a farm in Redis. The braces keep them in one slot of a cluster.
struct FarmKeys: Sendable {
    let prefix: String

    init(farm: String) { prefix = "heliostat:{\(farm)}:" }

    /// The ids of those who are or were registered.
    var members: String { prefix + "members" }
    var memberPrefix: String { prefix + "member:" }
    func member(_ id: MemberID) -> String { memberPrefix + id.text }
    /// What the nodes tell each other.
    var letters: String { prefix + "letters" }
    /// The channel that says when there is something to read.
    var hints: String { prefix + "hints" }
    func lease(_ name: LeaseName) -> String { prefix + "lease:" + name.rawValue }
    /// The last number of a lease; without an end.
    func fence(_ name: LeaseName) -> String { prefix + "fence:" + name.rawValue }
    /// Where nothing lies.
    var none: String { prefix + "none" }
    /// What was announced last of a repository.
    func announcement(_ repository: RepositoryID) -> String { prefix + "announcement:\(repository.value)" }
    func event(_ repository: RepositoryID, number: Int64) -> String { prefix + "event:\(repository.value):\(number)" }
}
