import Glibc
import HelioLock
import HelioLoop
import HelioNode

/// The service manager that started this process, spoken to as sd_notify(3) describes: datagrams to the socket that `NOTIFY_SOCKET`
/// names. Without one, nothing is sent.
final class Supervisor: Sendable {
    /// How often it wants a sign of life: half of what it waits for, as sd_watchdog_enabled(3) advises; nil when it wants none.
    let signInterval: Duration?
    private let descriptor: Int32
    private let path: [UInt8]
    private let hasStarted = Locked(false)

    /// - Parameter processID: of this process: what was meant for a parent is not for it.
    init(environment: [String: String], processID: Int32) {
        path = environment["NOTIFY_SOCKET"].flatMap(Self.path) ?? []
        descriptor = path.isEmpty ? -1 : socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(processID) } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { $0 > 0 ? Duration.microseconds($0) : nil }
        signInterval = isOurs && descriptor >= 0 ? limit.map { $0 / 2 } : nil
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// An absolute path, or a name in the abstract namespace, which begins with `@` and is sent with a zero in its place.
    private static func path(_ text: String) -> [UInt8]? {
        var bytes = Array(text.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), bytes.count < 108 else { return nil }
        if first == UInt8(ascii: "@") { bytes[0] = 0 }
        return bytes
    }

    /// Never waits: a service manager that does not listen costs nothing.
    func tell(_ assignments: String...) {
        guard descriptor >= 0 else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        // A name in the abstract namespace ends with the length.
        let size = MemoryLayout<sa_family_t>.size + path.count + (path[0] == 0 ? 0 : 1)
        let message = Array(assignments.joined(separator: "\n").utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0, socklen_t(size))
            }
        }
    }

    // MARK: What a node has to tell

    /// The service has started once its storage is open: what cannot work has failed before.
    func transition(to state: NodeState) {
        switch state {
        case .bootstrapping:
            hasStarted.withLock { $0 = true }
            tell("READY=1", "STATUS=\(state.rawValue)")
        case .stopping: tell("STOPPING=1", "STATUS=\(state.rawValue)")
        case .starting, .bootstrapped, .metadataSynchronized, .synchronized, .error: tell("STATUS=\(state.rawValue)")
        }
    }

    /// A reload before the service has started is part of its start: the end of it would say that it has.
    func reloading() {
        guard hasStarted.withLock({ $0 }) else { return }
        let microseconds = SystemClock.now(CLOCK_MONOTONIC) / 1000
        tell("RELOADING=1", "MONOTONIC_USEC=\(microseconds)")
    }

    func reloaded() { if hasStarted.withLock({ $0 }) { tell("READY=1") } }
}

/// Signs of life for the service manager, from the event loops and from nowhere else: when one of them hangs, they stop, and the
/// process is started anew.
///
/// `@unchecked Sendable`: the timer is used on the first loop only.
final class Watchdog: @unchecked Sendable {
    private let loops: [EventLoop]
    private let supervisor: Supervisor
    private var timer: LoopTimer?

    init(loops: [EventLoop], supervisor: Supervisor) {
        self.loops = loops
        self.supervisor = supervisor
    }

    /// May be called from anywhere.
    func start() {
        guard let interval = supervisor.signInterval else { return }
        pass(loops[...], then: interval)
    }

    /// From one loop to the next, and back to the first.
    private func pass(_ rest: ArraySlice<EventLoop>, then interval: Duration) {
        guard let next = rest.first else { return loops[0].execute { [self] in sign(every: interval) } }
        next.execute { [self] in pass(rest.dropFirst(), then: interval) }
    }

    private func sign(every interval: Duration) {
        supervisor.tell("WATCHDOG=1")
        timer = loops[0].schedule(after: interval) { [weak self] in self.map { $0.pass($0.loops[...], then: interval) } }
    }
}
