import HelioNode
import HelioStore

/// Repositories that exist in the catalogue only, a hundred to a project.
struct SyntheticCatalogue {
    private static let perProject = 100
    private static let perTransaction = 10_000

    let count: Int

    func write(to data: String) async throws { try await write(to: Store.open(data)) }

    func write(to store: Store) async throws {
        for start in stride(from: 1, through: count, by: Self.perTransaction) {
            let numbers = start...min(start + Self.perTransaction - 1, count)
            try await store.saveMetadata(upserts: numbers.map(Self.metadata))
            let reports = numbers.map { (RepositoryID(Int64($0)), CopyReport.hashed(content: Self.hash($0, salt: 2), head: .symbolic(.main))) }
            try await store.record(reports, at: WallTime(millisecondsSince1970: 0))
        }
    }

    static func metadata(_ number: Int) throws -> RepositoryMetadata {
        let key = ByteString("P\(number / perProject)")
        let project = Project(id: ProjectID(Int64(number / perProject)), key: key, name: key.description, isPublic: false)
        let name = try RepositoryName(project: key, slug: ByteString("repository-\(number)"))
        let repository = Repository(
            id: RepositoryID(Int64(number)), name: name, displayName: name.slug.description, project: project, isPublic: false,
            description: nil, defaultBranch: .main)
        return RepositoryMetadata(repository: repository, hash: hash(number, salt: 1))
    }

    /// Digits as irregular as those of a digest, by the finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    private static func hash(_ number: Int, salt: UInt64) -> MirrorHash {
        var state = UInt64(number) &* 4 &+ salt
        var raw: [UInt8] = []
        for _ in 0..<4 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            withUnsafeBytes(of: word ^ (word >> 31)) { raw.append(contentsOf: $0) }
        }
        return .known(Digest(raw: raw))
    }
}
