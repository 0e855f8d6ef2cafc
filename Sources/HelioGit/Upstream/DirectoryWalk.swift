import Glibc
import HelioNode

struct FoundRepository: Sendable {
    let name: RepositoryName
    let path: String
}

/// Finds the repositories below a directory. Symbolic links to repositories are followed, links to other directories are not:
/// they could lead round in a circle. A repository that is a link is deleted with the link, and not with what that leads to.
struct DirectoryWalk {
    private(set) var repositories: [FoundRepository] = []
    private(set) var rejected: [RejectedRepository] = []
    /// `Listing.unseen`.
    private(set) var unseen: UnseenPaths = []
    /// `Listing.isBlank`.
    private(set) var isBlank = false
    private let root: String
    private static let depthLimit = 16

    /// A directory below the root that we are not let into (`lost+found`) is rejected, and `unseen` names it; so is a link to a repository
    /// that leads nowhere.
    /// - Throws: when the root cannot be read, or a directory below it for another reason than its mode: what cannot be seen must
    ///   not look deleted.
    static func walk(_ root: String) throws(Failure) -> DirectoryWalk {
        var walk = DirectoryWalk(root: root)
        guard let names = try Files.searchableEntries(root) else { throw Files.failure("read the directory", root, ENOENT) }
        walk.isBlank = names.isEmpty
        try walk.visit(names, key: [], depth: 1)
        walk.repositories.sort { $0.name < $1.name }
        return walk
    }

    private init(root: String) { self.root = root }

    /// Looks at the disk for a name that has two places.
    static func path(of name: RepositoryName, below root: String) -> String {
        if hasTwoPlaces(name), Files.kind(root + "/ROOT/" + name.slug.description + ".git") == nil {
            return root + "/" + name.slug.description + ".git"
        }
        return root + "/" + name.path.description + ".git"
    }

    /// A repository with the key `ROOT` lies at the root or in a directory of that name.
    static func hasTwoPlaces(_ name: RepositoryName) -> Bool { name.project == rootKey }

    /// Whether a walk gets to the directory that a repository lies in: what only a notification would find, the next listing would miss.
    static func reaches(_ name: RepositoryName, below root: String) -> Bool {
        let parent = Files.parent(path(of: name, below: root)).utf8.dropFirst(root.utf8.count)
        let steps = parent.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        guard steps.count < depthLimit else { return false }
        var directory = root
        for step in steps {
            directory += "/" + step
            let isRepository = Files.kind(directory + "/objects") != nil && Files.kind(directory + "/HEAD") != nil
            guard !step.hasSuffix(".git"), !isRepository, Files.kind(directory, followLinks: false) == .directory else { return false }
        }
        return true
    }

    private static let rootKey: ByteString = "ROOT"

    private mutating func visit(_ names: [[UInt8]], key: [UInt8], depth: Int) throws(Failure) {
        for name in names {
            if name.suffix(4).elementsEqual(".git".utf8) {
                found(slug: Array(name.dropLast(4)), key: key)
            } else {
                try descend(name, key: key, depth: depth)
            }
        }
    }

    private mutating func found(slug: [UInt8], key: [UInt8]) {
        let relative = key.isEmpty ? slug : key + [0x2F] + slug
        do {
            let name = try RepositoryName(project: key.isEmpty ? Self.rootKey : ByteString(key), slug: ByteString(slug))
            let path = root + "/" + String(decoding: relative, as: UTF8.self) + ".git"
            guard let kind = Files.kind(path) else {
                // A link to where we are not let into or onto a disk that is not mounted, or a disk in trouble: it may be there.
                let isAbsent = Files.isAbsent(path)
                guard Files.isLink(path) || !isAbsent else { return }
                unseen.insert(name.path)
                return reject(relative, isAbsent ? "a link that leads nowhere" : "cannot be looked at")
            }
            guard kind == .directory else { return }
            if key.isEmpty, Files.kind(root + "/ROOT/" + name.slug.description + ".git") != nil {
                return reject(relative, "ROOT/\(name.slug) exists too")
            }
            repositories.append(FoundRepository(name: name, path: path))
        } catch {
            reject(relative, error.rawValue)
        }
    }

    private mutating func descend(_ name: [UInt8], key: [UInt8], depth: Int) throws(Failure) {
        let below = key.isEmpty ? name : key + [0x2F] + name
        // A directory whose name no key can have holds no repository that could be mirrored.
        guard let text = String(validating: below, as: UTF8.self) else { return reject(below, NameError.notUTF8.rawValue) }
        let path = root + "/" + text
        guard let kind = Files.kind(path, followLinks: false) else {
            // A disk in trouble, as in `found`; or it has gone since.
            if !Files.isAbsent(path) { withhold(below, "cannot be looked at") }
            return
        }
        guard kind == .directory else { return }
        do { _ = try RepositoryName(project: ByteString(name), slug: "x") } catch { return reject(below, error.rawValue) }
        guard depth < Self.depthLimit else { return reject(below, "deeper than \(Self.depthLimit) directories") }
        let names: [[UInt8]]?
        do throws(Failure) { names = try Files.searchableEntries(path) } catch {
            guard error.reason == .auth else { throw error }
            return withhold(below, error.message)
        }
        // nil: it has gone since; and a work tree or a repository without the suffix is not searched.
        guard let names, !names.contains(Array("objects".utf8)) || !names.contains(Array("HEAD".utf8)) else { return }
        try visit(names, key: below, depth: depth + 1)
    }

    private mutating func withhold(_ directory: [UInt8], _ why: String) {
        unseen.insert(ByteString(directory + [0x2F]))
        reject(directory, why)
    }

    private mutating func reject(_ path: [UInt8], _ why: String) {
        let text = GitMessage.bounded(GitMessage.escaped(String(decoding: path, as: UTF8.self)))
        rejected.append(RejectedRepository(path: text, why: why))
    }
}
