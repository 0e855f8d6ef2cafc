internal import HelioAPI
internal import HelioNode

/// What one look at a side brought.
struct DiffTelling: Sendable {
    var side: DiffSide
    /// What the node calls itself, and its state; nil where nobody says.
    var name: String?
    var state: String?
    /// Whether disks were read: refs, objects, bytes and whether what is claimed is there.
    var looksAtDisks = true
    /// What whoever reads the comparison should know.
    var notes: [String] = []
}

extension DiffTelling {
    mutating func take(_ later: DiffTelling, of repositories: Set<RepositoryID>) {
        side.take(later.side, of: repositories)
        (name, state, notes) = (later.name, later.state, later.notes)
    }
}

/// Where a side is read, again and again if need be.
protocol DiffSource: Sendable {
    /// - Parameter only: the repositories that are asked for; others may be told too. nil for all.
    func tell(_ only: Set<RepositoryID>?) async throws(DiffProblem) -> DiffTelling
}

/// Hashes that somebody saved. They tell of one moment, whenever they are read.
struct SavedHashes: DiffSource {
    private let side: DiffSide

    /// - Parameter source: for people.
    init(_ bytes: [UInt8], from source: String) throws(DiffProblem) {
        do throws(HashesProblem) {
            side = DiffSide(role: .mirror, readings: DiffReading.readings(try RepositoryHashes.read(bytes), confirmedAt: nil))
        } catch {
            throw .incomparable("\(source) holds no hashes of repositories: \(error)")
        }
    }

    func tell(_ only: Set<RepositoryID>?) async throws(DiffProblem) -> DiffTelling { DiffTelling(side: side, looksAtDisks: false) }
}

extension DiffReading {
    /// - Parameter moment: the latest at which the side can have looked at the upstream.
    static func readings(_ hashes: [HashedRepository], confirmedAt moment: MonotonicTime?) -> [RepositoryID: DiffReading] {
        var readings: [RepositoryID: DiffReading] = [:]
        readings.reserveCapacity(hashes.count)
        for hash in hashes {
            readings[hash.id] = DiffReading(
                id: hash.id, project: hash.project, content: hash.content, metadata: hash.metadata, confirmedAt: moment)
        }
        return readings
    }
}
