import Glibc
public import HelioNode

/// What maintenance did.
public struct Maintenance: Sendable, Hashable {
    public var packedRefs = false
    public var repacked = false
    public var pruned = false

    public init() {}

    /// Whether anything was due.
    public var wasDue: Bool { packedRefs || repacked || pruned }
}

extension LocalCopies {
    /// Packs loose refs, repacks geometrically, and prunes, each when its threshold is passed. Looking costs a few directory
    /// reads; no git is run when nothing is due.
    ///
    /// What no ref reaches any more comes in packs and stays in them, whatever a geometric repack makes of those. So once in
    /// `pruneOlderThan`, where the disk has room for it, the whole is repacked into what is reached and a cruft pack (git-repack(1)), which
    /// remembers the age of its objects: that of the pack in which they were. What is older then goes.
    ///
    /// Must not overlap with a synchronisation of the same repository: between fetch and apply the new objects are unreachable.
    public func maintain(_ name: RepositoryName) async throws(Failure) -> Maintenance {
        let copy = layout.copy(of: name)
        let thresholds = git.configuration.maintenance
        let load = try await DiskThreads.run { () throws(Failure) in try CopyLoad.measure(copy, thresholds) }
        var done = Maintenance()
        if load.looseRefs > thresholds.looseRefs {
            try await runMaintenance(["pack-refs", "--all", "--prune"], copy)
            done.packedRefs = true
        }
        let age = "\(thresholds.pruneOlderThan.components.seconds).seconds.ago"
        if load.isPruningDue, load.freeBytes / 2 > load.packBytes {
            // Before, so that a copy with which it fails is tidied as ever until it is due again.
            try await DiskThreads.run { () throws(Failure) in try PruneMark(copy).renew(thresholds.pruneOlderThan) }
            let cruft = ["--cruft", "--cruft-expiration=\(age)"]
            try await runMaintenance(["repack", "-d", "-q", "--no-write-bitmap-index"] + cruft, copy)
            (done.pruned, done.repacked) = (true, true)
            return done
        }
        if load.looseObjects > thresholds.looseObjects {
            try await runMaintenance(["prune", "--expire=\(age)"], copy)
            done.pruned = true
        }
        if load.packs > thresholds.packs || load.looseObjects > thresholds.looseObjects {
            // Never `-a -d`: it would drop what a fetch brought and no ref names yet.
            try await runMaintenance(["repack", "-d", "-q", "--geometric=2", "--no-write-bitmap-index"], copy)
            done.repacked = true
        }
        return done
    }

    private func runMaintenance(_ arguments: [String], _ copy: String) async throws(Failure) {
        var command = GitCommand(["--git-dir=\(copy)"] + arguments, total: git.configuration.total)
        command.growing = copy
        do throws(Failure) {
            _ = try await git.run(command).checked()
        } catch {
            try await sweep(copy)
            throw error
        }
    }
}

/// How untidy a copy is.
struct CopyLoad: Sendable {
    /// Counted no further than just above the threshold.
    let looseRefs: Int
    let packs: Int
    /// Estimated from one of 256 directories, as `git gc --auto` does: names are evenly spread.
    let looseObjects: Int
    let isPruningDue: Bool
    /// These two are looked at only when pruning is due; 0 otherwise.
    let packBytes: Int64
    let freeBytes: Int64

    static func measure(_ copy: String, _ thresholds: MaintenanceThresholds) throws(Failure) -> CopyLoad {
        let packs = try Files.entries(copy + "/objects/pack") ?? []
        let sample = try Files.entries(copy + "/objects/17") ?? []
        let isPruningDue = try PruneMark(copy).isOlder(than: thresholds.pruneOlderThan)
        let freeBytes = try isPruningDue ? FreeSpace.of(copy).free : 0
        return CopyLoad(
            looseRefs: try refs(below: copy + "/refs", limit: thresholds.looseRefs),
            packs: packs.count { $0.suffix(5).elementsEqual(".pack".utf8) }, looseObjects: sample.count * 256,
            isPruningDue: isPruningDue, packBytes: isPruningDue ? sizes(of: packs, in: copy + "/objects/pack") : 0, freeBytes: freeBytes)
    }

    private static func sizes(of names: [[UInt8]], in directory: String) -> Int64 {
        names.reduce(0) { $0.addingSaturating(RawPath(directory).appending($1).size ?? 0) }
    }

    private static func refs(below directory: String, limit: Int) throws(Failure) -> Int {
        var count = 0
        for name in try Files.entries(directory) ?? [] where count <= limit {
            let path = directory + "/" + String(decoding: name, as: UTF8.self)
            let isDirectory = Files.kind(path, followLinks: false) == .directory
            count += isDirectory ? try refs(below: path, limit: limit - count) : 1
        }
        return count
    }
}

/// When a copy was last rid of what nothing reaches: the time of a file that git does not know.
///
/// All nodes of a farm see a first change at the same moment, and none synchronises a repository while it is repacked as a whole. So each
/// begins its time up to an eighth earlier than now, by chance.
private struct PruneMark {
    private let path: String

    init(_ copy: String) { path = copy + "/heliostat-pruned" }

    /// A copy without one begins its time now: nothing in a first copy is unreachable.
    func isOlder(than age: Duration) throws(Failure) -> Bool {
        guard let time = RawPath(path).modified else {
            try renew(age)
            return false
        }
        let elapsed = Int64(Glibc.time(nil)).subtractingSaturating(Int64(time))
        // Made by a clock that was ahead: else it would hold until that time has come.
        if elapsed < 0 { try renew(age) }
        return elapsed >= Int(age.components.seconds)
    }

    /// - Parameter age: how old it may become.
    func renew(_ age: Duration) throws(Failure) {
        try Files.replace(path, with: [], mode: 0o640)
        let time = timespec(tv_sec: Glibc.time(nil) - Int.random(in: 0...Int(age.components.seconds / 8)), tv_nsec: 0)
        // One that keeps the time at which it was made is good, too.
        _ = utimensat(AT_FDCWD, path, [time, time], 0)
    }
}
