import Glibc
import HelioLoop
import TestSupport
import Testing

@testable import HelioDaemon

/// A balancer that checks an agent need not say anything.
struct AgentServerTests {
    private static let line = "ready 100%\n"
    /// The kernel would keep a silent connection to itself for a second.
    private static let bound = Duration.milliseconds(500)

    private func withAgent(_ body: (AgentServer) async throws -> Void) async throws {
        let loop = try EventLoop.start()
        defer { loop.stop() }
        let agent = AgentServer(loop: loop) { Array(Self.line.utf8) }
        do { try await body(agent) } catch {
            await agent.stop()
            throw error
        }
        await agent.stop()
    }

    @Test func silentClient_HasItsLineAtOnce() async throws {
        try await withAgent { agent in
            let address = try await agent.listen(on: .tcp(host: "127.0.0.1", port: 0))
            #expect(try await quickest(at: address) < Self.bound)
        }
    }

    /// Another process has set it to wait for first bytes.
    @Test func silentClient_HasItsLineAtOnce_OnAnInheritedSocket() async throws {
        try await withAgent { agent in
            let descriptor = try Self.deferringSocket()
            let kept = dup(descriptor)
            defer { close(kept) }
            #expect(Self.deferral(of: kept) == 1)
            let address = try await agent.listen(inherited: descriptor)
            #expect(Self.deferral(of: kept) == 0)
            #expect(try await quickest(at: address) < Self.bound)
        }
    }

    /// How soon the line and the end are here, the soonest of ten times: one at which the machine is busy says nothing.
    private func quickest(at address: ListenAddress) async throws -> Duration {
        guard case .tcp(_, let port) = address else { throw NeverHappened("it listens on TCP") }
        var quickest = Duration.seconds(60)
        for _ in 0..<10 where quickest >= Self.bound {
            let began = ContinuousClock.now
            #expect(try await RawSocket(port: port).receiveAll() == Self.line)
            quickest = min(quickest, ContinuousClock.now - began)
        }
        return quickest
    }

    private static func deferringSocket() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var seconds: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, &seconds, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(result == 0)
        try #require(listen(descriptor, 16) == 0)
        return descriptor
    }

    private static func deferral(of descriptor: Int32) -> Int32 {
        var seconds: Int32 = -1
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, &seconds, &length)
        return seconds
    }
}
