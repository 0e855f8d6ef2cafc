import HelioNode

/// What letters said that the store did not take. They are not read again, so they wait here.
struct MissedLetters: Sendable {
    /// Repositories, each with an endpoint and a node; what is more is sent twice if a node goes.
    private static let limit = 10_000

    private struct Delivered: Hashable {
        let repository: RepositoryID
        let endpoint: String
        let member: MemberID
    }

    private var deliveries: [Delivered: NumberRanges] = [:]
    private var fences: [LeaseName: Int64] = [:]

    mutating func keep(_ repository: RepositoryID, _ number: Int64, _ endpoint: String, by member: MemberID) {
        let key = Delivered(repository: repository, endpoint: endpoint, member: member)
        guard deliveries[key] != nil || deliveries.count < Self.limit else { return }
        deliveries[key, default: NumberRanges()].insert(number)
    }

    mutating func keep(_ fence: Int64, of lease: LeaseName) {
        fences[lease] = max(fences[lease] ?? fence, fence)
    }

    /// To be done again, and forgotten: what fails once more is kept once more.
    mutating func take() -> [FarmEffect] {
        let remembered = fences.map { FarmEffect.remember($0.key, fence: $0.value) }
        let settled = deliveries.flatMap { key, numbers in
            numbers.numbers.map {
                FarmEffect.settleDelivery(key.repository, number: $0, endpoint: key.endpoint, by: key.member)
            }
        }
        (deliveries, fences) = ([:], [:])
        return remembered + settled
    }
}
