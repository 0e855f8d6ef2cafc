import HelioNode

extension LocalCopies {
    /// Brings the objects of `target` into the copy. What the copy's refs name is complete already; an object that merely
    /// lies there may be the remains of a fetch that was killed, so it is asked for.
    /// - Returns: false when the upstream no longer holds one of them.
    func fetch(
        _ target: RefSnapshot, into copy: String, having current: RefSnapshot?, _ source: FetchSource
    ) async throws(Failure) -> Bool {
        let missing = target.missingObjects(over: current)
        guard !missing.isEmpty else { return true }
        try await refuseShallow(copy)
        do throws(Failure) {
            let result = try await git.run(fetchCommand(missing, into: copy, source, isFirst: current == nil))
            if result.status != .exited(0), Classification.isVanishedObject(result.errors) { return false }
            _ = try result.checked()
        } catch {
            // index-pack leaves its unfinished pack, which may be what fills the disk, and a killed git its locks.
            try await sweep(copy)
            guard let root = source.root else { throw error }
            throw try await UpstreamRoot.blamed(error, root)
        }
        try await refuseShallow(copy)
        return true
    }

    private func fetchCommand(_ missing: [ObjectID], into copy: String, _ source: FetchSource, isFirst: Bool) -> GitCommand {
        // With fsckObjects git keeps every fetch as one pack; maintenance brings them together.
        var command = GitCommand(
            [
                "--git-dir=\(copy)", "fetch", "--no-write-fetch-head", "--refmap=", "--no-tags", "--no-auto-maintenance", "--no-recurse-submodules",
                "--update-shallow", "--progress", "--stdin", "--", source.location,
            ], total: isFirst ? git.configuration.firstCopyTotal : git.configuration.total)
        for object in missing {
            object.appendHex(to: &command.input)
            command.input.append(0x0A)
        }
        command.source = source
        command.growing = copy
        return command
    }

    /// A shallow upstream sends a history that ends early, and git then marks our copy as shallow. Our copies never are: the
    /// mark is removed, so that what the copy had stays whole, and the upstream is refused.
    private func refuseShallow(_ copy: String) async throws(Failure) {
        let path = copy + "/shallow"
        // Not read: it has a line for each end, as many as the upstream likes.
        let size = try await DiskThreads.shared.runOwn { RawPath(path).size }
        guard let size else { return }
        // A removal that comes after its caller has given up would take the mark of a later fetch; so the limit is a long one.
        try await DiskThreads.shared.runOwn(within: DiskThreads.longPatience) { () throws(Failure) in try Files.remove(path) }
        if size > 0 { throw Failure(.rejected, "the upstream is shallow: its history ends early") }
    }
}

extension RefSnapshot {
    /// Sorted and without duplicates; a detached HEAD counts.
    func missingObjects(over current: RefSnapshot?) -> [ObjectID] {
        let present = current?.objects ?? []
        return objects.subtracting(present).sorted { "\($0)" < "\($1)" }
    }

    /// Everything that a ref or a detached HEAD names.
    var objects: Set<ObjectID> {
        var objects = Set(refs.map(\.target))
        if case .detached(let target) = head { objects.insert(target) }
        return objects
    }
}
