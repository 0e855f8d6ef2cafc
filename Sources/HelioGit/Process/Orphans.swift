import Glibc
import HelioNode

/// Children of a former process of ours that was killed: found by the marker in their environment.
struct Orphans {
    let marker: String

    /// Kills their whole groups and waits until they are gone.
    /// - Throws: `.internal` when one is still there after `patience`: nothing may be touched then.
    func end(patience: Duration = .seconds(10)) async throws(Failure) {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while true {
            let found = living()
            if found.isEmpty { return }
            guard clock.now < deadline else { throw Failure(.internal, "git process \(found[0].process) of a former start does not end") }
            for orphan in found {
                // A child is made leader of its own session before it executes git; only such a group is killed whole.
                if orphan.group > 1, orphan.group != getpgrp() { kill(-orphan.group, SIGKILL) }
                kill(orphan.process, SIGKILL)
            }
            do { try await clock.sleep(for: .milliseconds(5)) } catch { throw Failure(.cancelled, "cancelled") }
        }
    }

    private func living() -> [ProcessGroup.Member] {
        ProcessGroup.all().filter { $0 != getpid() && isMarked($0) }.compactMap(ProcessGroup.member).filter { !$0.isZombie }
    }

    private func isMarked(_ process: pid_t) -> Bool {
        // Unreadable: another user's process, so none of ours; or it has ended.
        guard let environment = try? Files.readIfPresent("/proc/\(process)/environ", limit: 4 << 20) else { return false }
        let entry = Array("\(NodeMarker.variable)=\(marker)".utf8)
        return environment.split(separator: 0).contains { $0.elementsEqual(entry) }
    }
}
