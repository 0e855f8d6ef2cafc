public import HelioNode

extension LocalCopies {
    /// Copies that nobody knows: what a crash left between a repository's leaving the catalogue and its copy's going to the trash.
    /// - Returns: their names, in order. What is no copy of ours by its name is left out, and left alone; so is what lies in a directory
    ///   that cannot be read, which `sweep` has told of.
    public func strays(beside known: Set<RepositoryName>) async throws(Failure) -> [RepositoryName] {
        let layout = layout
        return try await DiskThreads.run { () throws(Failure) in
            Self.names(in: layout.repositories, below: []).filter { !known.contains($0) }.sorted()
        }
    }

    private static func names(in directory: String, below project: [UInt8]) -> [RepositoryName] {
        var found: [RepositoryName] = []
        // As said above.
        guard let entries = try? Files.entries(directory) else { return [] }
        for entry in entries {
            let path = directory + "/" + String(decoding: entry, as: UTF8.self)
            guard Files.kind(path, followLinks: false) == .directory else { continue }
            let isCopy = entry.suffix(4).elementsEqual(".git".utf8)
            guard isCopy else {
                found += names(in: path, below: project.isEmpty ? entry : project + [UInt8(ascii: "/")] + entry)
                continue
            }
            // A name that we would not have made is somebody else's.
            if let name = try? RepositoryName(project: ByteString(project), slug: ByteString(entry.dropLast(4))) { found.append(name) }
        }
        return found
    }
}
