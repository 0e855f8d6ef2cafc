public import HelioNode

extension LocalCopies {
    /// Whether a stored copy is good enough to serve: it exists, its refs can be read and the objects that they name are
    /// there. What lies deeper is `git fsck`'s to find. 41 refs cost about 0.2 ms.
    public func condition(of name: RepositoryName) async throws(Failure) -> CopyCondition {
        do throws(Failure) {
            guard let snapshot = try await snapshot(of: name) else { return .missing }
            let missing = try await firstMissing(of: snapshot.objects, in: layout.copy(of: name), format: snapshot.format)
            return missing.map { .damaged(Failure(.corrupt, "object \($0) is missing")) } ?? .good(snapshot)
        } catch {
            guard error.reason == .corrupt else { throw error }
            return .damaged(error)
        }
    }

    /// - Parameter foreign: whether it is no copy of ours, and may belong to another user.
    func firstMissing(
        of objects: Set<ObjectID>, in copy: String, format: ObjectFormat, foreign: Bool = false
    ) async throws(Failure) -> ObjectID? {
        guard format == .sha1 else { return try await firstMissingByGit(of: objects, in: copy, foreign: foreign) }
        return try await DiskThreads.run { () throws(Failure) in
            do throws(LibgitError) {
                return try OpenRepository(copy).firstMissing(of: objects)
            } catch {
                throw Failure(.corrupt, GitMessage.bounded(GitMessage.escaped(error.message)))
            }
        }
    }

    private func firstMissingByGit(of objects: Set<ObjectID>, in copy: String, foreign: Bool) async throws(Failure) -> ObjectID? {
        var command = GitCommand(["--git-dir=\(copy)", "cat-file", "--batch-check"], total: git.configuration.total)
        if foreign { command.source = FetchSource(directory: copy) }
        for object in objects { command.input += Array("\(object)\n".utf8) }
        let output = try await git.run(command).checked().output
        let missing = output.split(separator: 0x0A).first { $0.suffix(8).elementsEqual(" missing".utf8) }
        return missing.flatMap { ObjectID(hex: $0.dropLast(8)) }
    }
}
