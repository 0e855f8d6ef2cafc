import Foundation
import TestSupport

/// What is done to a system call, and to which.
struct Blow: Sendable {
    /// Those that do one thing, as SQLite, git and the node make it: comma-separated for `strike`.
    let calls: String
    /// `KILL`, `EIO` or `ENOSPC`.
    let fault: String
    /// How long calls go on failing; 0 for one only.
    var milliseconds = 0

    var testDescription: String { "\(fault) \(milliseconds > 0 ? "for \(milliseconds) ms" : "once") in \(calls)" }

    static let groups = [
        "fdatasync,fsync", "pwrite64,ftruncate", "rename,renameat,renameat2,link,linkat", "unlink,unlinkat,rmdir",
    ]

    /// `HELIOSTAT_FAULT` leaves one of the three, or, as `EIO once` and `EIO for`, one half of it.
    static func all(in calls: String) -> [Blow] {
        let all = [
            Blow(calls: calls, fault: "KILL"), Blow(calls: calls, fault: "EIO"), Blow(calls: calls, fault: "EIO", milliseconds: 700),
            Blow(calls: calls, fault: "ENOSPC"), Blow(calls: calls, fault: "ENOSPC", milliseconds: 700),
        ]
        guard let one = ProcessInfo.processInfo.environment["HELIOSTAT_FAULT"] else { return all }
        return all.filter { $0.testDescription.hasPrefix(one + " ") }
    }

    /// Numbers of calls to strike, over the whole life of a node and counted over all of its processes.
    enum Sweep {
        static let last = 300
        private static let environment = ProcessInfo.processInfo.environment
        /// Lives at once, as most of a life is waiting: beside other tests two, or as many as `HELIOSTAT_LIVES` says.
        static let atOnce = max(1, environment["HELIOSTAT_LIVES"].flatMap { Int($0) } ?? 2)

        /// As many as `HELIOSTAT_STRIKES` says, of each stretch of the range one; or the one of `HELIOSTAT_STRIKE`. Without either what a
        /// minute is enough for.
        static func numbers(of blow: Blow, _ random: inout Seeded) -> [Int] {
            if let one = environment["HELIOSTAT_STRIKE"].flatMap({ Int($0) }) { return [one] }
            // Where git leaves a lock, its repository waits to be tried again.
            let waits = blow.milliseconds > 0 && Blow.groups.suffix(2).contains(blow.calls)
            let few = blow.fault == "KILL" ? 2 : waits ? 0 : 1
            let count = min(environment["HELIOSTAT_STRIKES"].flatMap { Int($0) } ?? few, last)
            return (0..<count).map { stretch in
                Int.random(in: (stretch * last / count + 1)...((stretch + 1) * last / count), using: &random)
            }
        }
    }
}

/// The tracer that counts and strikes.
struct Striker: Sendable {
    private let program: String

    init(in directory: String) throws {
        program = directory + "/strike"
        try Shell().run("clang", "-O1", "-o", program, ProjectFile.path("Tests/EndToEnd/Faults/CrashSweep/strike.c"))
    }

    /// Words before those of the program that is to be struck. 0 strikes nothing and reports every call.
    func words(_ blow: Blow, at number: Int, report: String) -> [String] {
        [program, report, blow.calls, blow.fault, "\(number)", "\(blow.milliseconds)"]
    }
}
