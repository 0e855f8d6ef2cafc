/// Which project a key names, and how many repositories keep it alive.
struct ProjectIndex: Sendable {
    private var entries: [ByteString: (id: ProjectID, repositories: Int)] = [:]

    subscript(key: ByteString) -> ProjectID? { entries[key]?.id }

    mutating func add(_ project: Project) {
        entries[project.key, default: (project.id, 0)].repositories += 1
    }

    mutating func remove(_ project: Project) {
        entries[project.key]?.repositories -= 1
        if entries[project.key]?.repositories == 0 { entries[project.key] = nil }
    }
}
