import HelioNode
import HelioStore

/// Values that the tests store.
enum Samples {
    static let time = WallTime(millisecondsSince1970: 1_767_312_245_678)

    static func time(plus seconds: Int64) -> WallTime {
        WallTime(millisecondsSince1970: time.millisecondsSince1970 + seconds * 1000)
    }

    static let project = Project(id: ProjectID(7), key: "P0", name: "Project\u{0} zero", isPublic: true)

    static func hash(_ byte: UInt8) -> MirrorHash { .known(Digest(raw: [UInt8](repeating: byte, count: 32))) }

    static func oid(_ byte: UInt8, _ format: ObjectFormat = .sha1) -> ObjectID {
        guard let id = ObjectID(raw: [UInt8](repeating: byte, count: format.digits / 2)) else { fatalError("no id") }  // our own bug
        return id
    }

    static func repository(
        _ id: Int64, slug: ByteString = "repo", in project: Project = project, defaultBranch: RefName? = .main
    ) throws -> Repository {
        Repository(
            id: RepositoryID(id), name: try RepositoryName(project: project.key, slug: slug), displayName: slug.description,
            project: project, isPublic: false, description: nil, defaultBranch: defaultBranch)
    }

    static func metadata(_ id: Int64, slug: ByteString = "repo") throws -> RepositoryMetadata {
        RepositoryMetadata(repository: try repository(id, slug: slug), hash: hash(1))
    }

    static func snapshot(refs count: Int, _ byte: UInt8 = 1, _ format: ObjectFormat = .sha1) -> RefSnapshot {
        let refs = (0..<count).map { number in
            Ref(name: RefName(ByteString("refs/heads/topic-\(number)")), target: oid(byte &+ UInt8(number & 0x7F), format))
        }
        return RefSnapshot(format: format, refs: refs, head: .symbolic(.main))
    }

    static func change(_ repository: Int64 = 9, refs count: Int = 3) throws -> PreparedChange {
        PreparedChange(
            repository: RepositoryID(repository), name: try RepositoryName("P0/repo"), kind: .incremental,
            old: snapshot(refs: count), new: snapshot(refs: count + 1, 2))
    }
}
