import Glibc
import HelioNode

/// What a directory tells of a repository and its project besides the refs.
enum DirectoryMetadata {
    private static let stockDescription = "Unnamed repository; edit this file 'description' to name the repository."
    /// A longer description is cut by nobody; it counts as none.
    private static let descriptionLimit = 64 * 1024

    /// A project is public as a repository is: by the file in its directory.
    static func repository(_ name: RepositoryName, path: String, defaultBranch: RefName?) -> Repository {
        Repository(
            id: DerivedID.repository(name), name: name, displayName: name.slug.description,
            project: project(name, isPublic: isExported(Files.parent(path))), isPublic: isExported(path), description: description(path),
            defaultBranch: defaultBranch)
    }

    /// What its name alone tells of a repository whose directory cannot be looked at.
    static func unread(_ name: RepositoryName) -> Repository {
        Repository(
            id: DerivedID.repository(name), name: name, displayName: name.slug.description, project: project(name, isPublic: false),
            isPublic: false, description: nil, defaultBranch: nil)
    }

    private static func project(_ name: RepositoryName, isPublic: Bool) -> Project {
        let key = name.project
        return Project(id: DerivedID.project(key), key: key, name: key.description, isPublic: isPublic)
    }

    private static func isExported(_ path: String) -> Bool { access(path + "/git-daemon-export-ok", F_OK) == 0 }

    private static func description(_ path: String) -> String? {
        // Unreadable or too long is as absent: a description is not worth a failed repository.
        guard let bytes = try? Files.readIfPresent(path + "/description", limit: descriptionLimit) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let trimmed = text.unicodeScalars.reversed().drop { $0.properties.isWhitespace }.reversed()
        let description = String(String.UnicodeScalarView(trimmed))
        return description.isEmpty || description == stockDescription ? nil : description
    }
}
