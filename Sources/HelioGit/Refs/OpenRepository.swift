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
    /// - Parameter loose: those that there were just now and that `filter` admits. One that has been packed since is found there, and one
    ///   that has gone is left out.
    func refs(_ filter: RefFilter, loose: Set<RefName>) throws(LibgitError) -> [Ref] {
        var refs = try iterated(filter, without: loose)
        for name in loose {
            if let ref = try lookUp(name) { refs.append(ref) }
        }
        return refs
    }

    private func iterated(_ filter: RefFilter, without loose: Set<RefName>) throws(LibgitError) -> [Ref] {
        var iterator: OpaquePointer?
        try LibgitError.check(git_reference_iterator_new(&iterator, pointer))
        defer { git_reference_iterator_free(iterator) }
        var refs: [Ref] = []
        while true {
            var reference: OpaquePointer?
            let code = git_reference_next(&reference, iterator)
            if code == GIT_ITEROVER.rawValue { return refs }
            try LibgitError.check(code)
            defer { git_reference_free(reference) }
            let name = Self.refName(git_reference_name(reference))
            guard !loose.contains(name), filter.admits(name) else { continue }
            if let ref = try Self.ref(name, reference) { refs.append(ref) }
        }
    }

    private func lookUp(_ name: RefName) throws(LibgitError) -> Ref? {
        var reference: OpaquePointer?
        let text = name.bytes.bytes.map { CChar(bitPattern: $0) } + [0]
        let code = git_reference_lookup(&reference, pointer, text)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try LibgitError.check(code)
        defer { git_reference_free(reference) }
        return try Self.ref(name, reference)
    }

    /// - Returns: nil for a symbolic ref that leads nowhere: git does not list it.
    private static func ref(_ name: RefName, _ reference: OpaquePointer?) throws(LibgitError) -> Ref? {
        if let target = git_reference_target(reference) { return Ref(name: name, target: oid(target)) }
        var resolved: OpaquePointer?
        let code = git_reference_resolve(&resolved, reference)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try LibgitError.check(code)
        defer { git_reference_free(resolved) }
        return git_reference_target(resolved).map { Ref(name: name, target: oid($0)) }
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
