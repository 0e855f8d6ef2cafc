import Glibc
import HelioNode

/// Process groups as `/proc` shows them (proc(5)).
enum ProcessGroup {
    struct Member {
        let process: pid_t
        let group: pid_t
        let isZombie: Bool
        /// Of the process and of its children that it has waited for.
        let cpuTicks: UInt64
    }

    static func cpuTicks(_ group: pid_t) -> UInt64 {
        members(of: group).reduce(0) { $0 &+ $1.cpuTicks }
    }

    /// Kills what is left of a group whose leader has not been reaped, and waits until it is gone: what lives on could still
    /// write to the copy. Gives up after five seconds, since a process in an uninterruptible wait dies only when that ends.
    static func end(_ group: pid_t) async {
        // A task of its own is not cancelled with the one that waits here, so its sleeps last.
        await Task.detached { await outlive(group) }.value
    }

    private static func outlive(_ group: pid_t) async {
        for attempt in 0..<50 {
            guard isAlive(group) else { return }
            kill(-group, SIGKILL)
            try? await Task.sleep(for: .milliseconds(2 + attempt * 4))  // never cancelled
        }
    }

    private static func isAlive(_ group: pid_t) -> Bool {
        // Cheap first: the zombie leader keeps the group in existence, so only `/proc` can tell more.
        kill(-group, 0) == 0 && members(of: group).contains { !$0.isZombie }
    }

    static func members(of group: pid_t) -> [Member] {
        // getpgid first: it costs a fiftieth of reading and parsing the file of a process that is no member.
        all().filter { getpgid($0) == group }.compactMap(member)
    }

    /// Every process id there is now.
    static func all() -> [pid_t] {
        // Without /proc there is nothing to be found; `Sweep` then has nothing to kill either.
        ((try? Files.entries("/proc")) ?? []).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }

    static func member(_ process: pid_t) -> Member? {
        // A process that ended meanwhile has no file: it is no member any more.
        guard let bytes = try? Files.readIfPresent("/proc/\(process)/stat", limit: 4096),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))  // the name before it may hold anything
        else { return nil }
        let fields = bytes[(end + 1)...].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        // state ppid pgrp … utime stime cutime cstime are fields 3, 4, 5 … 14 to 17 of proc(5).
        guard fields.count > 14, let group = pid_t(fields[2]) else { return nil }
        let ticks = fields[11...14].reduce(0) { $0 &+ (UInt64($1) ?? 0) }  // absent counts as none
        return Member(process: process, group: group, isZombie: ["Z", "X"].contains(fields[0]), cpuTicks: ticks)
    }
}
