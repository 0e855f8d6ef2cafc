import Glibc
import HelioNode
import HelioStore

/// What changing one repository costs while readers hold the hashes of older catalogues.
struct CatalogueUpdate {
    private static let changes = 500

    private var catalogue = Catalogue()
    private let count: Int

    init(count: Int) throws {
        self.count = count
        for number in 1...count {
            let metadata = try SyntheticCatalogue.metadata(number)
            var entry = RepositoryEntry(repository: metadata.repository, metadata: metadata.hash)
            entry.content = metadata.hash
            entry.hasCopy = true
            catalogue.insert(entry)
        }
    }

    /// Milliseconds of CPU of one change, each with a snapshot taken before that `readers` readers hold; then of one repository more.
    mutating func measure(readers: Int) throws -> (change: Double, insertion: Double) {
        var held: [[HashShelf]] = []
        var next = 0
        let change = Self.milliseconds(of: Self.changes) { number in
            Self.hold(catalogue, in: &held, readers, &next)
            let id = RepositoryID(Int64(1 + number &* 7919 % count))
            catalogue.update(id) { $0.content = $0.content == .unknown ? $0.metadata : .unknown }
        }
        let fresh = try (1...Self.changes / 10).map { try SyntheticCatalogue.metadata(count + $0) }
        let insertion = Self.milliseconds(of: fresh.count) { number in
            Self.hold(catalogue, in: &held, readers, &next)
            catalogue.insert(RepositoryEntry(repository: fresh[number].repository, metadata: fresh[number].hash))
        }
        for metadata in fresh { catalogue.remove(metadata.repository.id) }
        return (change, insertion)
    }

    /// Milliseconds of CPU of copying every entry.
    func copy() -> Double {
        Self.milliseconds(of: 5) { _ in
            let all = (0..<catalogue.shelfCount).map { shelf in catalogue.shelf(shelf).map { $0 } }
            precondition(all.count == catalogue.shelfCount)
        }
    }

    /// The oldest of the readers begins anew.
    private static func hold(_ catalogue: Catalogue, in held: inout [[HashShelf]], _ readers: Int, _ next: inout Int) {
        guard readers > 0 else { return }
        if held.count < readers { held.append(catalogue.hashShelves) } else { held[next % readers] = catalogue.hashShelves }
        next += 1
    }

    private static func milliseconds(of count: Int, _ work: (Int) -> Void) -> Double {
        let before = reading(CLOCK_THREAD_CPUTIME_ID)
        for number in 0..<count { work(number) }
        return Double(reading(CLOCK_THREAD_CPUTIME_ID) - before) / 1e6 / Double(count)
    }
}
