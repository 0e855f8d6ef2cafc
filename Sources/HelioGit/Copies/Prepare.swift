public import HelioNode

extension LocalCopies {
    /// Learns the upstream's refs, compares them with the copy's and fetches the missing objects. No ref moves.
    ///
    /// A ref that moves or goes while its objects are fetched is learnt again and is no failure. A copy that cannot be read,
    /// has another object format or lacks objects that git needs for the fetch is built anew.
    /// - Parameters:
    ///   - lastKnownHead: what HEAD stays at where the upstream does not tell; nil takes that of the copy.
    ///   - rebuild: builds the copy anew even when there is a good one. The one to use after `apply` threw `.corrupt`.
    /// - Throws: what was met at the upstream says so by `isOfUpstream`.
    public func prepare(
        _ repository: Repository, upstream: any Upstream, lastKnownHead: Head?, rebuild: Bool = false
    ) async throws(Failure) -> Preparation {
        let source: FetchSource
        do throws(Failure) { source = try await upstream.source(of: repository) } catch { throw error.ofUpstream }
        var previous: UpstreamRefs?
        for _ in 0..<Self.learnings {
            let told: UpstreamRefs
            do throws(Failure) { told = try await upstream.refs(of: repository) } catch { throw error.ofUpstream }
            if told == previous { throw Failure(.corrupt, "the upstream does not hold an object that a ref of it names").ofUpstream }
            previous = told
            let wish = Wish(repository: repository, told: told, lastKnownHead: lastKnownHead, source: source)
            if let preparation = try await prepare(wish, rebuild: rebuild) { return preparation }
        }
        throw Failure(.refLock, "the upstream's refs moved during \(Self.learnings) fetches")
    }

    /// How often refs may move under one fetch before it is given up.
    private static let learnings = 5

    /// - Returns: nil when an object has vanished from the upstream since its refs were learnt.
    private func prepare(_ wish: Wish, rebuild: Bool) async throws(Failure) -> Preparation? {
        let current = try await usable(wish.repository.name)
        let target = wish.target(over: current)
        guard !rebuild, let current, current.format == target.format else { return try await stage(wish, target, old: current) }
        if current == target { return .unchanged(current) }
        do throws(Failure) {
            guard try await fetch(target, into: layout.copy(of: wish.repository.name), having: current, wish.source) else { return nil }
        } catch {
            // Damage over there is no reason to make a good copy anew.
            guard error.reason == .corrupt, !error.isOfUpstream else { throw error }
            return try await stage(wish, target, old: current)
        }
        return .change(wish.change(.incremental, from: current, to: target), staged: nil)
    }

    /// The copy's refs; nil when there is no copy that can be read.
    private func usable(_ name: RepositoryName) async throws(Failure) -> RefSnapshot? {
        do throws(Failure) {
            return try await snapshot(of: name)
        } catch {
            guard error.reason == .corrupt else { throw error }
            return nil
        }
    }

    private func stage(_ wish: Wish, _ target: RefSnapshot, old: RefSnapshot?) async throws(Failure) -> Preparation? {
        let layout = layout
        let staged = try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in
            try StagedCopy.make(in: layout, format: target.format, head: target.head)
        }
        do throws(Failure) {
            guard try await fetch(target, into: staged.path, having: nil, wish.source) else {
                await discard(staged)
                return nil
            }
            try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in try PackedRefs.write(target.refs, staged.path) }
        } catch {
            await discard(staged)
            // A new copy holds nothing but what the upstream has sent.
            throw error.reason == .corrupt ? error.ofUpstream : error
        }
        return .change(wish.change(.snapshot, from: old, to: target), staged: staged)
    }

    /// Removes a staged copy that will not be applied. What cannot be removed now is swept at the next start.
    public func discard(_ staged: StagedCopy) async {
        // As said above.
        try? await DiskThreads.removals.run(within: DiskThreads.longPatience) { () throws(Failure) in try Files.removeTree(staged.path) }
    }
}

/// What a copy has to become, and for whom.
private struct Wish {
    let repository: Repository
    let told: UpstreamRefs
    let lastKnownHead: Head?
    let source: FetchSource

    func target(over current: RefSnapshot?) -> RefSnapshot {
        told.snapshot(lastKnownHead: lastKnownHead ?? current?.head, lastKnownFormat: current?.format)
    }

    func change(_ kind: SyncKind, from old: RefSnapshot?, to new: RefSnapshot) -> PreparedChange {
        PreparedChange(repository: repository.id, name: repository.name, kind: kind, old: old, new: new)
    }
}
