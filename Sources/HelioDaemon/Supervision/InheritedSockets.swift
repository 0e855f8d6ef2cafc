import Glibc

/// Listening sockets that the service manager opened and keeps open over a restart, as sd_listen_fds(3) describes: descriptors from 3
/// on, `LISTEN_FDS` of them, named by `LISTEN_FDNAMES`. Connections that come while no node runs wait in them.
struct InheritedSockets: Sendable {
    private static let first: Int32 = 3

    /// For the agent check: those with that name.
    let agent: [Int32]
    /// For metrics and administration: those named `admin`.
    let admin: [Int32]
    /// For everything else: all others.
    let http: [Int32]

    /// - Parameter processID: of this process: what was meant for another is not for it.
    init(environment: [String: String], processID: Int32) {
        guard environment["LISTEN_PID"] == String(processID), let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }),
            (1...64).contains(count)
        else {
            (agent, admin, http) = ([], [], [])
            return
        }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let all = (0..<count).map { (descriptor: Self.first + $0, name: names.indices.contains(Int($0)) ? names[Int($0)] : "") }
        // Not for git, nor for anything else that this process starts.
        for (descriptor, _) in all { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        agent = all.filter { $0.name == "agent" }.map(\.descriptor)
        admin = all.filter { $0.name == "admin" }.map(\.descriptor)
        http = all.filter { $0.name != "agent" && $0.name != "admin" }.map(\.descriptor)
    }
}
