import Glibc
public import HelioNode

extension LocalCopies {
    /// At start, before anything else touches the copies: ends what is left of a former process's git children, then removes
    /// staging, stale locks and temporary packs.
    /// - Returns: copies, directories of copies and leftovers in staging in which something could not be removed or looked at, and why. They
    ///   hold up nothing else: what it means for a copy shows when it is synchronised.
    /// - Throws: `.internal` when a child does not end; nothing has been removed then.
    public func sweep() async throws(Failure) -> [Unswept] {
        try await Orphans(marker: git.marker).end()
        let sweep = Sweep(git: git)
        return try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in try sweep.all() }
    }
}

extension LocalCopies {
    /// One copy in which git failed, or was ended.
    func sweep(_ copy: String) async throws(Failure) {
        let sweep = Sweep(git: git)
        try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in try sweep.sweepCopy(copy) }
    }
}

/// Where a sweep could not do its work.
public struct Unswept: Sendable {
    public let path: String
    public let failure: Failure
}

/// Removes what a killed git, or a killed node, leaves. Nobody else writes to the copies, so once our children are gone every
/// lock is stale, whatever its age.
struct Sweep: Sendable {
    let git: Git
    private var layout: DataLayout { git.layout }

    func all() throws(Failure) -> [Unswept] {
        for directory in [layout.upstreamConfigs, layout.home] {
            for name in try Files.entries(directory) ?? [] { try RawPath(directory).appending(name).removeTree() }
        }
        var unswept = try sweepStaging()
        sweepAll(below: layout.repositories, &unswept)
        return unswept
    }

    /// What is left there has a name of chance, and is in nobody's way: a copy that was exchanged may hold what its disk does not let go.
    private func sweepStaging() throws(Failure) -> [Unswept] {
        var unswept: [Unswept] = []
        for name in try Files.entries(layout.staging) ?? [] {
            let path = RawPath(layout.staging).appending(name)
            do throws(Failure) { try path.removeTree() } catch {
                unswept.append(Unswept(path: layout.staging + "/" + String(decoding: name, as: UTF8.self), failure: error))
            }
        }
        return unswept
    }

    private func sweepAll(below directory: String, _ unswept: inout [Unswept]) {
        let names: [[UInt8]]
        do throws(Failure) { names = try Files.entries(directory) ?? [] } catch { return unswept.append(Unswept(path: directory, failure: error)) }
        for name in names {
            let path = directory + "/" + String(decoding: name, as: UTF8.self)
            guard Files.kind(path, followLinks: false) == .directory else { continue }
            guard name.suffix(4).elementsEqual(".git".utf8) else {
                sweepAll(below: path, &unswept)
                continue
            }
            do throws(Failure) { try sweepCopy(path) } catch { unswept.append(Unswept(path: path, failure: error)) }
        }
    }

    /// One copy's; its refs are walked, its loose objects are not: `git prune` removes their temporary files.
    func sweepCopy(_ copy: String) throws(Failure) {
        try sweepLocks(copy)
        // pack-refs creates it and refuses one that is there, so a killed one would have been the last.
        try Files.remove(copy + "/packed-refs.new")
        for name in try Files.entries(copy + "/objects") ?? [] where Self.isTemporary(name) {
            try Files.removeTree(copy + "/objects/" + String(decoding: name, as: UTF8.self))
        }
        for name in try Files.entries(copy + "/objects/pack") ?? [] {
            let path = copy + "/objects/pack/" + String(decoding: name, as: UTF8.self)
            if Self.isTemporary(name) || Self.isLock(name) { try Files.removeTree(path) }
            if name.suffix(5).elementsEqual(".keep".utf8), try isKeptForFetch(path) { try Files.remove(path) }
        }
        // Only a fetch from a shallow upstream that was killed leaves it; our copies are never shallow.
        try Files.remove(copy + "/shallow")
    }

    /// - Parameter seconds: locks that are younger stay: somebody may be at work on the copy by hand.
    /// - Returns: whether there was one to remove.
    @discardableResult
    func sweepLocks(_ copy: String, olderThan seconds: Int? = nil) throws(Failure) -> Bool {
        let latest = seconds.map { time(nil) - $0 }
        let atTop = try removeLocks(RawPath(copy), madeBefore: latest)
        let amongRefs = try removeLocks(RawPath(copy + "/refs"), deep: true, madeBefore: latest)
        return try removeLocks(RawPath(copy + "/objects/info"), madeBefore: latest) || atTop || amongRefs
    }

    private func removeLocks(_ directory: RawPath, deep: Bool = false, madeBefore latest: Int?) throws(Failure) -> Bool {
        var found = false
        for name in try directory.entries() ?? [] {
            let path = directory.appending(name)
            if deep, path.isDirectory {
                found = try removeLocks(path, deep: true, madeBefore: latest) || found
            } else if Self.isLock(name), latest.map({ path.modified ?? .max < $0 }) ?? true {
                try path.removeTree()
                found = true
            }
        }
        return found
    }

    /// index-pack guards a new pack by a `.keep` that names fetch-pack until the refs are there.
    private func isKeptForFetch(_ path: String) throws(Failure) -> Bool {
        try Files.readIfPresent(path, limit: 4096)?.starts(with: "fetch-pack".utf8) ?? false
    }

    private static func isLock(_ name: [UInt8]) -> Bool { name.suffix(5).elementsEqual(".lock".utf8) }

    /// Packs in the making (`tmp_pack_…`, `.tmp-…-pack`), loose objects and quarantines of objects.
    private static func isTemporary(_ name: [UInt8]) -> Bool {
        ["tmp_", ".tmp-", "incoming-", "bulk-fsync-"].contains { name.starts(with: $0.utf8) }
    }
}
