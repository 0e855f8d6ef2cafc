import HelioNode
import HelioStore

extension StoreLane {
    /// A write, since when it waits, and its number in the order in which they were appended.
    struct Entry: Sendable {
        let write: Write
        let since: MonotonicTime
        var number = 0
    }

    /// What waits, in order.
    struct Waiting {
        static let ordinaryLimit = 100_000
        static let batchSize = 512

        private var entries = Fifo<Entry>()
        /// When so many wait, those that others make needless go.
        private var limit = Waiting.ordinaryLimit

        var count: Int { entries.count }
        var oldest: MonotonicTime? { entries.first?.since }
        var firstNumber: Int? { entries.first?.number }

        mutating func append(_ more: [Entry]) {
            entries.append(contentsOf: more)
            guard entries.count > limit else { return }
            entries = Fifo(StoreLane.lastReports(Array(entries.elements)))
            limit = max(Self.ordinaryLimit, 2 * entries.count)
        }

        /// - Returns: empty when nothing waits.
        mutating func next() -> [Entry] {
            if entries.isEmpty { limit = Self.ordinaryLimit }
            return entries.popFirst(upTo: Self.batchSize)
        }

        /// What is left of a batch goes before everything that came since.
        mutating func putBack(_ rest: [Entry]) { entries.putBack(rest) }
    }

    /// - Returns: without reports of which a later one of their kind is about the same repository, in the order in which they were.
    static func lastReports(_ entries: [Entry]) -> [Entry] {
        struct Subject: Hashable {
            let repository: RepositoryID
            let kind: Int
        }
        var seen: Set<Subject> = []
        return entries.reversed().filter { entry in
            guard let (repository, report) = entry.write.asReport else { return true }
            return seen.insert(Subject(repository: repository, kind: report.kind)).inserted
        }.reversed()
    }
}

extension StoreLane.Write {
    var asReport: (RepositoryID, CopyReport)? {
        if case .report(let id, let report) = self { (id, report) } else { nil }
    }
}

extension CopyReport {
    fileprivate var kind: Int {
        switch self {
        case .unchanged: 0
        case .failed: 1
        case .hashed: 2
        case .lost: 3
        case .behind: 4
        case .caughtUp: 5
        }
    }
}
