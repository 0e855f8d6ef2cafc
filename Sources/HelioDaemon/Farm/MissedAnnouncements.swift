import HelioNode

/// The announcements of each repository that could not be taken when they were told of, from the first to the last. They are tried again
/// in rounds, and no round begins while another one goes on: a slow store would have more to do with each.
struct MissedAnnouncements: Sendable {
    private var numbers: [RepositoryID: ClosedRange<Int64>] = [:]
    /// What the round has still to come to; nil between rounds.
    private var round: [RepositoryID]?

    func holds(_ repository: RepositoryID) -> Bool { numbers[repository] != nil }

    func first(of repository: RepositoryID) -> Int64? { numbers[repository]?.lowerBound }

    /// - Returns: whether nothing of the repository had been missed.
    mutating func keep(_ number: Int64, of repository: RepositoryID) -> Bool {
        let before = numbers[repository] ?? number...number
        defer { numbers[repository] = min(before.lowerBound, number)...max(before.upperBound, number) }
        return numbers[repository] == nil
    }

    /// Taken up to this number, or not to be taken any more.
    mutating func forget(_ repository: RepositoryID, upTo number: Int64 = .max) {
        guard let missed = numbers[repository], missed.lowerBound <= number else { return }
        numbers[repository] = missed.upperBound <= number ? nil : number + 1...missed.upperBound
    }

    /// - Returns: whether a round begins now.
    mutating func beginRound() -> Bool {
        guard round == nil, !numbers.isEmpty else { return false }
        round = Array(numbers.keys)
        return true
    }

    /// - Returns: nil when the round is over.
    mutating func next() -> (RepositoryID, number: Int64)? {
        while let repository = round?.popLast() {
            if let missed = numbers[repository] { return (repository, missed.upperBound) }
        }
        round = nil
        return nil
    }
}
