import HelioNode

/// The last announcement of each repository that could not be taken when it was told of. They are tried again in rounds, and no round
/// begins while another one goes on: a slow store would have more to do with each.
struct MissedAnnouncements: Sendable {
    private var numbers: [RepositoryID: Int64] = [:]
    /// What the round has still to come to; nil between rounds.
    private var round: [RepositoryID]?

    func holds(_ repository: RepositoryID) -> Bool { numbers[repository] != nil }

    /// - Returns: whether nothing of the repository had been missed.
    mutating func keep(_ number: Int64, of repository: RepositoryID) -> Bool {
        let before = numbers[repository]
        numbers[repository] = max(before ?? number, number)
        return before == nil
    }

    /// Taken up to this number, or not to be taken any more.
    mutating func forget(_ repository: RepositoryID, upTo number: Int64 = .max) {
        if let missed = numbers[repository], missed <= number { numbers[repository] = nil }
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
            if let number = numbers[repository] { return (repository, number) }
        }
        round = nil
        return nil
    }
}
