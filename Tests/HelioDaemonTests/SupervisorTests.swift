import Foundation
import HelioLoop
import HelioNode
import Synchronization
import TestSupport
import Testing

@testable import HelioDaemon

/// What a service manager is told, on a real socket.
struct SupervisorTests {
    private func supervisor(_ manager: NotifySocket, _ more: [String: String] = [:]) -> Supervisor {
        Supervisor(environment: more.merging(["NOTIFY_SOCKET": manager.name]) { $1 }, processID: 7)
    }

    @Test func states_AreTold_AtAPathAndAtAName() throws {
        let directory = try TemporaryDirectory()
        for name in [directory.path + "/notify", "@heliostat-test-\(UUID().uuidString)"] {
            let manager = try NotifySocket(name)
            let supervisor = supervisor(manager)
            supervisor.transition(to: .starting)
            supervisor.reloading()
            supervisor.reloaded()
            #expect(manager.messages() == ["STATUS=STARTING"], "a reload does not end the start")
            supervisor.transition(to: .bootstrapping)
            supervisor.transition(to: .synchronized)
            supervisor.reloading()
            supervisor.reloaded()
            supervisor.transition(to: .stopping)
            let told = manager.messages()
            #expect(told.count == 5)
            #expect(told[0] == "READY=1\nSTATUS=BOOTSTRAPPING" && told[1] == "STATUS=SYNCHRONIZED")
            #expect(told[2].hasPrefix("RELOADING=1\nMONOTONIC_USEC=") && told[3] == "READY=1" && told[4] == "STOPPING=1\nSTATUS=STOPPING")
        }
    }

    @Test func interval_IsHalfOfWhatIsWaitedFor_ForThisProcessOnly() throws {
        let manager = try NotifySocket("@heliostat-test-\(UUID().uuidString)")
        #expect(supervisor(manager).signInterval == nil)
        #expect(supervisor(manager, ["WATCHDOG_USEC": "30000000"]).signInterval == .seconds(15))
        #expect(supervisor(manager, ["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"]).signInterval == .seconds(15))
        for other in ["WATCHDOG_PID": "8", "WATCHDOG_USEC": "x"] {
            #expect(supervisor(manager, ["WATCHDOG_USEC": "1"].merging([other.key: other.value]) { $1 }).signInterval == nil)
        }
        #expect(Supervisor(environment: ["WATCHDOG_USEC": "30000000"], processID: 7).signInterval == nil, "nobody listens")
    }

    @Test(arguments: ["", "relative", "/no/such/socket", "@nobody", "/" + String(repeating: "x", count: 200)])
    func managerThatIsNotThere_CostsNothing(_ name: String) {
        Supervisor(environment: ["NOTIFY_SOCKET": name], processID: 7).transition(to: .bootstrapping)
    }

    /// The manager's buffer is full: nothing waits for it.
    @Test func managerThatDoesNotRead_IsNotWaitedFor() throws {
        let manager = try NotifySocket("@heliostat-test-\(UUID().uuidString)")
        let supervisor = supervisor(manager)
        supervisor.transition(to: .bootstrapping)
        for _ in 0..<10_000 { supervisor.reloaded() }
        #expect(manager.messages().count < 10_000)
    }

    @Test(arguments: [0, 1]) func blockedLoop_GivesNoSign(which: Int) async throws {
        let manager = try NotifySocket("@heliostat-test-\(UUID().uuidString)")
        let loops = [try EventLoop.start(), try EventLoop.start()]
        let watchdog = Watchdog(loops: loops, supervisor: supervisor(manager, ["WATCHDOG_USEC": "100000"]))
        watchdog.start()
        try await eventually("there are signs") { manager.messages().contains("WATCHDOG=1") }
        let (isBlocked, isFree) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        loops[which].execute {
            isBlocked.signal()
            isFree.wait()
        }
        try await onThread { isBlocked.wait() }
        _ = manager.messages()
        try await Pace.take(.milliseconds(500))
        #expect(manager.messages().isEmpty)
        isFree.signal()
        try await eventually("there are signs again") { manager.messages().contains("WATCHDOG=1") }
        for loop in loops { loop.stop() }
    }

    // MARK: Sockets

    @Test func sockets_AreTaken_WhenTheyAreForThisProcess() {
        func sockets(_ environment: [String: String]) -> InheritedSockets { InheritedSockets(environment: environment, processID: 7) }
        let three = sockets(["LISTEN_PID": "7", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "http:agent:heliostat.socket"])
        #expect(three.http == [3, 5] && three.agent == [4])
        #expect(sockets(["LISTEN_PID": "7", "LISTEN_FDS": "2"]).http == [3, 4])
        for other in [[:], ["LISTEN_PID": "8", "LISTEN_FDS": "1"], ["LISTEN_PID": "7", "LISTEN_FDS": "0"], ["LISTEN_PID": "7", "LISTEN_FDS": "-1"]] {
            #expect(sockets(other).http.isEmpty && sockets(other).agent.isEmpty)
        }
    }
}
