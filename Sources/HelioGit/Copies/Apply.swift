import CGit2
import Glibc
public import HelioNode

extension LocalCopies {
    /// Makes a prepared change visible: refs atomically, then HEAD; or the rename of a staged copy. Doing it twice is an error
    /// the second time, told by `.refLock`; after a crash use `recover`.
    /// - Throws: `.refLock` when a ref is not what the change says it was or somebody holds a lock; `.corrupt` when the copy
    ///   cannot take the change (`prepare` with `rebuild` makes a good one); `.disk`.
    public func apply(_ change: PreparedChange, staged: StagedCopy?) async throws(Failure) {
        if let staged {
            let isExchanged = try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in
                try swap(staged, in: change.name)
            }
            // The former copy, now; nobody waits for its end.
            if isExchanged { Task { await discard(staged) } }
            return
        }
        guard change.kind == .incremental, let old = change.old else { throw Failure(.internal, "a snapshot without a staged copy") }
        try await move(layout.copy(of: change.name), from: old, to: change.new)
    }

    /// Seconds after which a lock is nobody's: what takes one lasts milliseconds, and what of ours lasts longer has ended.
    private static let longestLock = 5

    /// Refs, then HEAD.
    func move(_ copy: String, from old: RefSnapshot, to new: RefSnapshot) async throws(Failure) {
        do throws(Failure) {
            try await moveOnce(copy, from: old, to: new)
        } catch {
            // A git that the disk does not let remove its lock ends well and leaves it, and until the next start nothing would move.
            guard error.reason == .refLock, try await sweepStaleLocks(of: copy) else { throw error }
            // A part may have been done: refs that are in each other's way move in two halves, and HEAD comes last.
            let current = try await reader.read(copy, foreign: false)
            guard current.isBetween(old, new) else { throw error }
            try await moveOnce(copy, from: current, to: new)
        }
    }

    private func moveOnce(_ copy: String, from old: RefSnapshot, to new: RefSnapshot) async throws(Failure) {
        try await updateRefs(of: copy, from: old.refs, to: new.refs)
        guard old.head != new.head else { return }
        try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in try HeadFile.write(new.head, copy) }
    }

    private func sweepStaleLocks(of copy: String) async throws(Failure) -> Bool {
        let sweep = Sweep(git: git)
        return try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in
            try sweep.sweepLocks(copy, olderThan: Self.longestLock)
        }
    }

    func updateRefs(of copy: String, from old: [Ref], to new: [Ref]) async throws(Failure) {
        let transaction = RefTransaction(from: old, to: new)
        if transaction.isEmpty { return }
        let isLarge = transaction.edits.count > git.configuration.maintenance.looseRefs
        if isLarge, try await updatePackedRefs(of: copy, transaction.edits) { return }
        if try await changeRefs(of: copy, ["update-ref", "--no-deref", "--stdin", "-z"], input: transaction.commands) { return }
        // Other servers let a branch name a tag, and a first copy takes it as it is.
        if try await updatePackedRefs(of: copy, transaction.last) { return }
        throw Failure(.corrupt, "git lets no branch name what is no commit")
    }

    /// - Returns: false, with no ref moved by the last transaction, when git lets no branch name what is no commit.
    @discardableResult
    func changeRefs(of copy: String, _ arguments: [String], input: [UInt8] = []) async throws(Failure) -> Bool {
        var command = GitCommand(["--git-dir=\(copy)"] + arguments, total: git.configuration.total)
        command.input = input
        do throws(Failure) {
            let result = try await git.run(command)
            if result.status != .exited(0), Classification.isNoCommit(result.errors) { return false }
            _ = try result.checkedInRepository()
            return true
        } catch {
            // Whatever ended git may have left its locks, and nobody else works on the copy now.
            if error.reason != .refLock { try await sweep(copy) }
            throw error
        }
    }

    /// One rename where there was nothing, one exchange where there was a copy, which is the staged one then: no reader ever finds none.
    /// - Returns: whether there was a copy.
    private func swap(_ staged: StagedCopy, in name: RepositoryName) throws(Failure) -> Bool {
        let copy = layout.copy(of: name)
        try Files.makeDirectory(Files.parent(copy))
        let isThere = Files.kind(copy, followLinks: false) != nil
        if isThere { try Files.exchange(staged.path, copy) } else { try Files.rename(staged.path, to: copy) }
        try Files.syncDirectory(Files.parent(copy))
        return isThere
    }
}

extension Files {
    /// Swaps two names. Where the file system cannot (renameat2(2), `EINVAL`), the old one steps aside first.
    static func exchange(_ one: String, _ other: String) throws(Failure) {
        if heliostat_exchange(one, other) == 0 { return }
        guard [EINVAL, ENOSYS].contains(errno) else { throw failure("exchange", other, errno) }
        let aside = one + ".old"
        try rename(other, to: aside)
        try rename(one, to: other)
        try rename(aside, to: one)
    }
}
