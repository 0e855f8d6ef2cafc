import HelioNode

/// The commands for `git update-ref --stdin -z` that lead from one set of refs to another.
///
/// git refuses to delete `refs/heads/a` and to create `refs/heads/a/b` in one transaction, and the reverse. The refs in the
/// way are then deleted in a transaction of their own, first; both are in one run of git. Every command names the old value,
/// so a ref that is not what we think it is fails the whole.
struct RefTransaction {
    private(set) var deletionsInTheWay: [Ref] = []
    private(set) var deletions: [Ref] = []
    private(set) var changes: [(ref: Ref, old: ObjectID?)] = []

    init(from old: [Ref], to new: [Ref]) {
        let oldTargets = Dictionary(old.map { ($0.name, $0.target) }, uniquingKeysWith: { first, _ in first })
        let newNames = Set(new.map(\.name))
        changes = new.compactMap { oldTargets[$0.name] == $0.target ? nil : ($0, oldTargets[$0.name]) }
        let created = changes.filter { $0.old == nil }.map(\.ref.name)
        let deleted = old.filter { !newNames.contains($0.name) }
        let conflicts = Self.conflicts(deleted.map(\.name), created)
        deletionsInTheWay = deleted.filter { conflicts.contains($0.name) }
        deletions = deleted.filter { !conflicts.contains($0.name) }
    }

    var isEmpty: Bool { deletionsInTheWay.isEmpty && deletions.isEmpty && changes.isEmpty }

    /// Those deleted names that are a directory of, or lie in the place of, a created one.
    private static func conflicts(_ deleted: [RefName], _ created: [RefName]) -> Set<RefName> {
        guard !deleted.isEmpty, !created.isEmpty else { return [] }
        let createdNames = Set(created)
        let createdDirectories = Set(created.flatMap(\.directories))
        return Set(deleted.filter { createdDirectories.contains($0) || !createdNames.isDisjoint(with: $0.directories) })
    }

    var commands: [UInt8] {
        var bytes: [UInt8] = []
        if !deletionsInTheWay.isEmpty {
            bytes += Self.line("start")
            for ref in deletionsInTheWay { bytes += Self.delete(ref) }
            bytes += Self.line("prepare") + Self.line("commit")
        }
        bytes += Self.line("start")
        for ref in deletions { bytes += Self.delete(ref) }
        for change in changes { bytes += Self.change(change.ref, old: change.old) }
        return bytes + Self.line("prepare") + Self.line("commit")
    }

    private static func line(_ command: String) -> [UInt8] { Array(command.utf8) + [0] }

    private static func delete(_ ref: Ref) -> [UInt8] {
        Array("delete ".utf8) + ref.name.bytes.bytes + [0] + Array("\(ref.target)".utf8) + [0]
    }

    private static func change(_ ref: Ref, old: ObjectID?) -> [UInt8] {
        let new = Array("\(ref.target)".utf8)
        guard let old else { return Array("create ".utf8) + ref.name.bytes.bytes + [0] + new + [0] }
        return Array("update ".utf8) + ref.name.bytes.bytes + [0] + new + [0] + Array("\(old)".utf8) + [0]
    }
}

extension RefName {
    /// `refs/heads/a/b` lies in `refs/heads/a` and `refs/heads`.
    fileprivate var directories: [RefName] {
        let all = bytes.bytes
        return all.indices.filter { all[$0] == 0x2F }.map { RefName(ByteString(all[..<$0])) }
    }
}
