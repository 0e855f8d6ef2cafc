import Glibc
import HelioNode

extension LocalCopies {
    /// Moves refs that git refuses to move, or so many that a file for each would be too many: all of them in one rename of `packed-refs`.
    /// 100,000 files take git half a minute to make and, later, minutes to pack, during which the repository waits.
    /// - Returns: false, with no ref moved, when a loose ref that git does not pack is among them or in their way: a symbolic one.
    func updatePackedRefs(of copy: String, _ edits: [RefEdit]) async throws(Failure) -> Bool {
        guard let format = (edits.first?.new ?? edits.first?.old)?.format else { return true }
        // git would look, before it lets a ref point there.
        let missing = try await firstMissing(of: Set(edits.compactMap(\.new)), in: copy, format: format)
        if let missing { throw Failure(.corrupt, "object \(missing) is missing") }
        let update = PackedRefsUpdate(repository: copy, format: format, edits: edits)
        if try await onDisk({ () throws(Failure) in try !LooseRefs.names(copy).isEmpty }) {
            try await changeRefs(of: copy, ["pack-refs", "--all", "--prune"])
        }
        return try await onDisk { () throws(Failure) in
            if try update.isObstructed() { return false }
            try update.run()
            return true
        }
    }

    /// A call that outlives its limit goes on, and would rename when its caller has given up; so the limit is a long one.
    private func onDisk(_ body: @escaping @Sendable () throws(Failure) -> Bool) async throws(Failure) -> Bool {
        try await DiskThreads.run(within: DiskThreads.longPatience, body)
    }
}

/// One change of many refs, all of which are packed or new. Readers see the old file or the new one.
struct PackedRefsUpdate: Sendable {
    let repository: String
    let format: ObjectFormat
    /// Sorted bytewise.
    let edits: [RefEdit]
    var sync: Files.FileSync = { fsync($0) }

    /// - Throws: `.refLock` when a ref is not what the change says it was, is loose, cannot stand beside the others or is locked;
    ///   `.corrupt` when the file cannot be read; `.disk`. No ref has moved, unless what failed is the last step: making the
    ///   rename survive a power cut.
    func run() throws(Failure) {
        try Files.replaceLocked(PackedRefs.path(repository), sync: sync) { () throws(Failure) in try changed() }
        try Files.syncDirectory(repository)
    }

    /// Whether a loose ref is among those of the change, or in the place of one; it would hide what is packed.
    func isObstructed() throws(Failure) -> Bool {
        let loose = try LooseRefs.names(repository)
        let names = edits.map { $0.name.bytes.bytes[...] }
        return loose.contains { NameCollision.contains(names, $0) } || NameCollision.exists(in: loose, created: created)
    }

    private var created: [ArraySlice<UInt8>] { edits.filter(\.isCreation).map { $0.name.bytes.bytes[...] } }

    private func changed() throws(Failure) -> [UInt8] {
        if try isObstructed() { throw Failure(.refLock, "a ref of the change is loose") }
        let text = try Files.readIfPresent(PackedRefs.path(repository), limit: .max - 1) ?? []
        let records = try PackedRecords(text, format)
        // All of it first: a ref that is not what it was may be what damage further down looks like.
        try records.check()
        var merge = try PackedRefsMerge(records, capacity: text.count + edits.count * 100)
        for edit in edits { try merge.apply(edit) }
        try merge.finish()
        if NameCollision.exists(in: merge.names, created: created) { throw Failure(.refLock, "a ref is in the place of another") }
        return merge.output
    }
}

/// Two sorted sequences become one. What is not changed is copied as it stands, peeled tags included.
private struct PackedRefsMerge {
    private(set) var output = PackedRefs.header
    private(set) var names: [ArraySlice<UInt8>] = []
    private var records: PackedRecords
    private var next: PackedRecords.Record?
    private var hex: [UInt8] = []

    init(_ records: PackedRecords, capacity: Int) throws(Failure) {
        self.records = records
        output.reserveCapacity(capacity)
        next = try self.records.next()
    }

    mutating func apply(_ edit: RefEdit) throws(Failure) {
        let name = edit.name.bytes.bytes[...]
        var order = 1
        while let record = next {
            order = Bytes.order(record.name, name)
            guard order < 0 else { break }
            try keep(record)
        }
        let found = order == 0 ? next : nil
        guard isTarget(of: found, edit.old) else { throw Failure(.refLock, "\(GitMessage.escaped(edit.name.description)) is not what it was") }
        if found != nil { next = try records.next() }
        guard let new = edit.new else { return }
        PackedRefs.append(edit.name, new, to: &output)
        names.append(name)
    }

    mutating func finish() throws(Failure) {
        while let record = next { try keep(record) }
    }

    private mutating func keep(_ record: PackedRecords.Record) throws(Failure) {
        output.append(contentsOf: record.lines)
        names.append(record.name)
        next = try records.next()
    }

    private mutating func isTarget(of record: PackedRecords.Record?, _ old: ObjectID?) -> Bool {
        guard let record, let old else { return record == nil && old == nil }
        hex.removeAll(keepingCapacity: true)
        old.appendHex(to: &hex)
        return Bytes.order(hex[...], record.target) == 0
    }
}
