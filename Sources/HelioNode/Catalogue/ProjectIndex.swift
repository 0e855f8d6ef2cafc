/// Which project a key names, and how many repositories keep it alive.
struct ProjectIndex: Sendable {
    private var entries: [ByteString: (id: ProjectID, repositories: Int)] = [:]
    private var keys: [ProjectID: ByteString] = [:]

    subscript(key: ByteString) -> ProjectID? { entries[key]?.id }

    subscript(id: ProjectID) -> ByteString? { keys[id] }

    mutating func add(_ project: Project) {
        entries[project.key, default: (project.id, 0)].repositories += 1
        keys[project.id] = project.key
    }

    mutating func remove(_ project: Project) {
        entries[project.key]?.repositories -= 1
        guard entries[project.key]?.repositories == 0 else { return }
        entries[project.key] = nil
        keys[project.id] = nil
    }
}
