import Glibc
public import HelioNode

extension LocalCopies {
    /// Moves a copy to `<data>/trash/<milliseconds>-<random>/KEY/slug.git`; no copy is no failure. Directories of projects
    /// that are empty then go too.
    public func trash(_ name: RepositoryName, at time: WallTime) async throws(Failure) {
        // As a change of refs: what is given up goes on, and would rename a copy that was made since.
        try await DiskThreads.shared.runOwn(within: DiskThreads.longPatience) { () throws(Failure) in try moveToTrash(name, at: time) }
    }

    private func moveToTrash(_ name: RepositoryName, at time: WallTime) throws(Failure) {
        let copy = layout.copy(of: name)
        guard Files.kind(copy, followLinks: false) != nil else { return }
        let bin = "\(layout.trash)/\(time.millisecondsSince1970)-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        let destination = "\(bin)/\(name.path).git"
        try Files.makeDirectory(Files.parent(destination))
        try Files.rename(copy, to: destination)
        removeEmptyParents(of: copy)
    }

    /// Removes for good what was moved to the trash longer ago than `keep`, which is at least zero. What cannot be removed holds up nothing
    /// else.
    /// - Throws: why the last of those stays.
    public func emptyTrash(olderThan keep: Duration, now: WallTime) async throws(Failure) {
        var failure: Failure?
        let (trash, kept) = (layout.trash, keep.wholeNanoseconds / 1_000_000)
        // One by one, so that others who remove something have their turn.
        for entry in try await DiskThreads.run({ () throws(Failure) in try Files.entries(trash) ?? [] }) {
            let name = String(decoding: entry, as: UTF8.self)
            // Anything else there is not ours to remove.
            guard let time = name.split(separator: "-").first.flatMap({ Int64($0) }) else { continue }
            let (age, overflow) = now.millisecondsSince1970.subtractingReportingOverflow(time)
            guard !overflow, age > kept else { continue }
            do throws(Failure) {
                try await DiskThreads.removals.run(within: DiskThreads.longPatience) { () throws(Failure) in try Files.removeTree(trash + "/" + name) }
            } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func removeEmptyParents(of copy: String) {
        var directory = Files.parent(copy)
        // rmdir refuses a directory that holds anything, which is what ends the way up.
        while directory.utf8.count > layout.repositories.utf8.count, rmdir(directory) == 0 { directory = Files.parent(directory) }
    }
}
