@testable import HelioAPI
import HelioJSON
@testable import HelioNode

/// Values that read like what they stand for.
enum Sample {
    /// One hour into the process's life, on 2 January 2026 at 03:04:05 UTC.
    static let now = Moment(
        monotonic: MonotonicTime(nanoseconds: 3600 * 1_000_000_000), wall: WallTime(millisecondsSince1970: 1_767_323_045_006))

    static func ago(_ seconds: Int64) -> MonotonicTime { now.monotonic - .seconds(seconds) }

    static let contentHex = String(repeating: "c1", count: 32)
    static let metadataHex = String(repeating: "0a", count: 32)
    static let content = MirrorHash.known(Digest(raw: Array(repeating: 0xC1, count: 32)))
    static let metadata = MirrorHash.known(Digest(raw: Array(repeating: 0x0A, count: 32)))

    static let identity = NodeIdentity(
        name: "mirror-1", version: "0.1.0", id: "11111111-2222-4333-8444-555555555555", boot: "b00",
        address: .init(host: "127.0.0.1", port: 7990),
        upstream: .init(
            url: "file:///srv/git", fingerprint: "00112233445566778899aabbccddeeff" + String(repeating: "0", count: 32)),
        cloneURLs: ["https://git.example/scm/{project}/{repository}.git", "ssh://git@git.example/{project}/{repository}.git"])

    static func entry(
        _ id: Int64, _ path: String, project: Int64 = 1, isPublic: Bool = false,
        _ change: (inout RepositoryEntry) -> Void = { _ in }
    ) throws -> RepositoryEntry {
        let name = try RepositoryName(ByteString(path))
        let owner = Project(id: ProjectID(project), key: name.project, name: name.project.description, isPublic: isPublic)
        var entry = RepositoryEntry(
            repository: Repository(
                id: RepositoryID(id), name: name, displayName: name.slug.description, project: owner, isPublic: isPublic,
                description: nil, defaultBranch: .main),
            metadata: metadata)
        entry.content = content
        entry.hasCopy = true
        change(&entry)
        return entry
    }

    static func catalogue(_ entries: RepositoryEntry...) -> Catalogue {
        var catalogue = Catalogue()
        for entry in entries { catalogue.insert(entry) }
        return catalogue
    }

    /// - Parameter count: repositories in projects of a hundred.
    static func catalogue(of count: Int) throws -> Catalogue {
        var catalogue = Catalogue()
        for index in 0..<count {
            catalogue.insert(try entry(Int64(index), "P\(index / 100)/r\(index)", project: Int64(index / 100)))
        }
        return catalogue
    }

    static func snapshot(_ state: NodeState = .synchronized, _ catalogue: Catalogue = Catalogue()) -> NodeSnapshot {
        let started = Moment(monotonic: ago(60), wall: WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 - 60_000))
        var snapshot = NodeMachine(settings: NodeSettings(), seed: 1, now: started).snapshot()
        snapshot.state = state
        snapshot.catalogue = catalogue
        snapshot.lastContact = Moment(monotonic: ago(1) - .milliseconds(500), wall: now.wall)
        snapshot.judge()
        return snapshot
    }

    static func render(_ value: some JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension NodeSnapshot {
    /// What the machine does after each change.
    mutating func judge(strict: Bool = false) {
        farm = .alone
        verdict = StatusVerdict(state: state, draining: draining != nil, strict: strict, farm: farm)
    }
}
