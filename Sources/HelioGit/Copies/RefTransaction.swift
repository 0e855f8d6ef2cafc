import HelioNode

/// What becomes of one ref. Without an old value it is created, without a new one deleted.
struct RefEdit: Sendable {
    let name: RefName
    let old: ObjectID?
    let new: ObjectID?

    var isCreation: Bool { old == nil }
}

/// What leads from one set of refs to another: as edits, and as the commands for `git update-ref --stdin -z`.
///
/// git refuses to delete `refs/heads/a` and to create `refs/heads/a/b` in one transaction, and the reverse. The refs in the
/// way are then deleted in a transaction of their own, first; both are in one run of git. Every command names the old value,
/// so a ref that is not what we think it is fails the whole.
struct RefTransaction: Sendable {
    /// Sorted bytewise by name.
    let edits: [RefEdit]

    /// - Precondition: both are sorted bytewise by name and without duplicates, as those of a `RefSnapshot` are.
    init(from old: [Ref], to new: [Ref]) {
        var edits: [RefEdit] = []
        var (before, after) = (old[...], new[...])
        while let order = Self.order(before.first, after.first) {
            let was = order <= 0 ? before.popFirst() : nil
            let becomes = order >= 0 ? after.popFirst() : nil
            guard was != becomes, let name = (was ?? becomes)?.name else { continue }
            edits.append(RefEdit(name: name, old: was?.target, new: becomes?.target))
        }
        self.edits = edits
    }

    /// Which of the two comes first; nil when there is neither.
    private static func order(_ one: Ref?, _ other: Ref?) -> Int? {
        guard let one else { return other == nil ? nil : 1 }
        guard let other else { return -1 }
        return Bytes.order(one.name.bytes.bytes[...], other.name.bytes.bytes[...])
    }

    var isEmpty: Bool { edits.isEmpty }

    /// What is left once the refs in the way have been deleted.
    var last: [RefEdit] {
        let inTheWay = deletionsInTheWay
        return edits.filter { !inTheWay.contains($0.name) }
    }

    var commands: [UInt8] {
        let inTheWay = deletionsInTheWay
        var bytes: [UInt8] = []
        if !inTheWay.isEmpty {
            bytes += Self.line("start")
            for edit in edits where inTheWay.contains(edit.name) { bytes += Self.command(edit) }
            bytes += Self.line("prepare") + Self.line("commit")
        }
        bytes += Self.line("start")
        for edit in edits where !inTheWay.contains(edit.name) { bytes += Self.command(edit) }
        return bytes + Self.line("prepare") + Self.line("commit")
    }

    /// Those deleted names that are a directory of, or lie in the place of, a created one.
    private var deletionsInTheWay: Set<RefName> {
        let deleted = edits.filter { $0.new == nil }.map(\.name)
        let created = Set(edits.filter(\.isCreation).map(\.name))
        guard !deleted.isEmpty, !created.isEmpty else { return [] }
        let createdDirectories = Set(created.flatMap(\.directories))
        return Set(deleted.filter { createdDirectories.contains($0) || !created.isDisjoint(with: $0.directories) })
    }

    private static func line(_ command: String) -> [UInt8] { Array(command.utf8) + [0] }

    private static func command(_ edit: RefEdit) -> [UInt8] {
        let verb = edit.new == nil ? "delete " : edit.isCreation ? "create " : "update "
        let values = [edit.new, edit.old].compactMap { $0 }.map { Array("\($0)".utf8) + [0] }
        return Array(verb.utf8) + edit.name.bytes.bytes + [0] + values.joined()
    }
}

extension RefName {
    /// `refs/heads/a/b` lies in `refs/heads/a` and `refs/heads`.
    fileprivate var directories: [RefName] {
        let all = bytes.bytes
        return all.indices.filter { all[$0] == 0x2F }.map { RefName(ByteString(all[..<$0])) }
    }
}
