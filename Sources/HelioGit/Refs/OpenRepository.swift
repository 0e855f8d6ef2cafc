import CGit2
import Glibc
import HelioNode

/// A bare repository opened by libgit2, on one thread. Its owner is not checked: that is what `safe.directory` is for where
/// git itself is run, and reading refs runs nothing.
struct OpenRepository: ~Copyable {
    private let pointer: OpaquePointer
    private let path: String

    init(_ path: String) throws(LibgitError) {
        Libgit.start()
        var opened: OpaquePointer?
        // Not `git_repository_open_bare`: it skips the check of the format and reads SHA-256 and reftable repositories wrongly.
        let flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_BARE.rawValue | GIT_REPOSITORY_OPEN_NO_DOTGIT.rawValue
        try LibgitError.check(git_repository_open_ext(&opened, path, flags, nil))
        guard let opened else { throw LibgitError(code: -1, message: "nothing was opened") }
        (pointer, self.path) = (opened, path)
    }

    deinit { git_repository_free(pointer) }

    /// Refs that git would list, resolved; not sorted.
    ///
    /// libgit2's iterator passes over each loose ref that it cannot read, without an error, and then tells what was packed under that name
    /// before. A link that leads nowhere ends the loose ones for it. A lookup says what is wrong, so they are looked up one by one.
    /// - Parameters:
    ///   - loose: those that there were just now and that `filter` admits. One that has been packed since is found there, and one that has
    ///     gone is left out.
    ///   - limit: how many others are looked for.
    func refs(_ filter: RefFilter, loose: Set<RefName>, atMost limit: Int = .max) throws(LibgitError) -> [Ref] {
        var refs = try iterated(filter, without: loose, atMost: limit)
        for name in loose {
            if let ref = try lookUp(name) { refs.append(ref) }
        }
        return refs
    }

    private func iterated(_ filter: RefFilter, without loose: Set<RefName>, atMost limit: Int) throws(LibgitError) -> [Ref] {
        var iterator: OpaquePointer?
        try LibgitError.check(git_reference_iterator_new(&iterator, pointer))
        defer { git_reference_iterator_free(iterator) }
        var refs: [Ref] = []
        while refs.count < limit {
            var reference: OpaquePointer?
            let code = git_reference_next(&reference, iterator)
            if code == GIT_ITEROVER.rawValue { return refs }
            try LibgitError.check(code)
            defer { git_reference_free(reference) }
            let name = Self.refName(git_reference_name(reference))
            guard !loose.contains(name), filter.admits(name) else { continue }
            if let target = try target(of: reference, following: Self.depth) { refs.append(Ref(name: name, target: target)) }
        }
        return refs
    }

    private func lookUp(_ name: RefName) throws(LibgitError) -> Ref? {
        guard let reference = try found(name) else { return nil }
        defer { git_reference_free(reference) }
        return try target(of: reference, following: Self.depth).map { Ref(name: name, target: $0) }
    }

    /// - Returns: nil when there is none; else to be freed.
    private func found(_ name: RefName) throws(LibgitError) -> OpaquePointer? {
        var reference: OpaquePointer?
        let text = name.bytes.bytes.map { CChar(bitPattern: $0) } + [0]
        let code = git_reference_lookup(&reference, pointer, text)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try LibgitError.check(code)
        return reference
    }

    /// How often git goes on from one symbolic ref before it takes it for none: it reads five at most (`SYMREF_MAXDEPTH`).
    private static let depth = 4

    /// - Returns: nil for a symbolic ref that leads nowhere: git does not list it.
    /// - Throws: for one that leads out of `refs/`, where nobody has looked whether there is a file, and for one that git may not follow.
    ///   git is asked then, and can be ended where it hangs.
    private func target(of reference: OpaquePointer?, following left: Int) throws(LibgitError) -> ObjectID? {
        if let target = git_reference_target(reference) { return Self.oid(target) }
        guard let text = git_reference_symbolic_target(reference) else { throw LibgitError(code: -1, message: "a ref is empty") }
        let name = Self.refName(text)
        guard left > 0, name.bytes.bytes.starts(with: "refs/".utf8) else {
            throw LibgitError(code: -1, message: "a symbolic ref leads too far")
        }
        guard let next = try found(name) else { return nil }
        defer { git_reference_free(next) }
        return try target(of: next, following: left - 1)
    }

    func head() throws(LibgitError) -> Head {
        // libgit2 follows a link, and calls a HEAD detached that names a branch.
        if let target = HeadFile.linkTarget(path) { return try symbolic(target) }
        var reference: OpaquePointer?
        try LibgitError.check(git_reference_lookup(&reference, pointer, "HEAD"))
        defer { git_reference_free(reference) }
        if let target = git_reference_target(reference) { return .detached(Self.oid(target)) }
        guard let target = git_reference_symbolic_target(reference) else { throw LibgitError(code: -1, message: "HEAD is empty") }
        return try symbolic(Self.refName(target))
    }

    private func symbolic(_ target: RefName) throws(LibgitError) -> Head {
        do { return try HeadFile.symbolic(target, path) } catch { throw LibgitError(code: -1, message: error.message) }
    }

    /// The first of `targets` whose object is not in the repository.
    func firstMissing(of targets: some Sequence<ObjectID>) throws(LibgitError) -> ObjectID? {
        var database: OpaquePointer?
        try LibgitError.check(git_repository_odb(&database, pointer))
        defer { git_odb_free(database) }
        for target in targets {
            var oid = git_oid()
            guard git_oid_fromstr(&oid, target.description) == 0, git_odb_exists(database, &oid) == 1 else { return target }
        }
        return nil
    }

    private static func oid(_ oid: UnsafePointer<git_oid>) -> ObjectID {
        let raw = UnsafeRawBufferPointer(start: oid, count: Int(GIT_OID_RAWSZ))
        guard let id = ObjectID(raw: raw) else { preconditionFailure("GIT_OID_RAWSZ is 20") }
        return id
    }

    private static func refName(_ name: UnsafePointer<CChar>) -> RefName {
        let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
        return RefName(ByteString(bytes))
    }
}
