import Foundation
import TestSupport
import Testing

extension Faults {
    /// More connections than a node takes, all of them slow. `HELIOSTAT_SCALE=25` is 10,000 slow heads, 2,000 slow bodies, 50 slow readers
    /// and a thousand clients on 256 descriptors; then what it costs is told, and bounded.
    @Suite struct SlowAndMany {
        private static let scale = ProcessInfo.processInfo.environment["HELIOSTAT_SCALE"].flatMap { Int($0) } ?? 1
        /// MiB; for each thousand connections an incomplete request each, as large as the attackers make it, and the debug build.
        private static let enough = 64 + 24 * scale

        private func scene(_ http: String = "") throws -> Scene {
            Self.raiseDescriptorLimit()
            let scene = try Scene()
            scene.node.http = http
            try scene.node.configure(upstream: scene.upstream.path, extra: "sync: { interval: 1h }")
            return scene
        }

        private static func raiseDescriptorLimit() {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }

        @Test func slowClients_TakeEachOthersPlaces_AndNobodyElses() async throws {
            let scene = try scene(", max_connections: \(400 * Self.scale)")
            let node = scene.node
            try await scene.synchronized()
            #expect(try await node.end() == 0)
            _ = try await node.fillCatalogue(upstream: scene.upstream, rows: Self.scale > 1 ? 60_000 : 20_000)
            // Once for the memory that a rendering takes.
            #expect(try node.get("/rest/mirroring/latest/repo-hashes").status == 200)
            var idle = HonestClients(20, on: node.port)
            for _ in 0..<10 { try idle.ask() }
            let before = (memory: node.residentMegabytes, descriptors: try node.descriptors)

            let attackers = Attackers(
                on: node.port, [(.slowReader, 2 * Self.scale), (.slowBody, 80 * Self.scale), (.slowHead, 400 * Self.scale)])
            try await eventually(within: 60, "somebody is displaced") { try node.rejected("displaced") > 0 }
            var honest = HonestClients(20, on: node.port)
            var most = (memory: 0, connections: 0)
            let since = ContinuousClock.now
            // When it is measured, for longer than the deadline of a head.
            let duration = Duration.seconds(Self.scale > 1 ? 15 : 3)
            try await eventually(within: 60, "\(duration) of it") {
                try honest.ask()
                most.memory = max(most.memory, node.residentMegabytes)
                most.connections = max(most.connections, try node.openConnections())
                return ContinuousClock.now - since > duration
            }
            #expect(honest.reconnected == 0, "those who are overdue go before those who are idle")
            #expect(try node.rejected("too_many_connections") == 0)
            #expect(most.connections <= 400 * Self.scale && most.connections > 300 * Self.scale, "\(most.connections)")
            #expect(Patience.allows(most.memory - before.memory, below: Self.enough), "\(before.memory) MiB, then \(most.memory)")

            let opened = try await attackers.leave()
            try await eventually(within: 10, "all is closed") { try node.descriptors <= before.descriptors + 25 }
            let share = Self.scale > 1 ? try await node.processorShare(after: .seconds(5)) : 0
            print("slow and many: \(opened) connections, \(try node.rejected("displaced")) displaced; p99 \(idle.p99) ms idle, \(honest.p99) ms",
                "attacked; RSS \(before.memory) MiB, at most \(most.memory), \(node.residentMegabytes) after; \(share * 100) % CPU after")
            if Self.scale > 1 {
                #expect(honest.p99 < max(20, 3 * idle.p99))
                #expect(share < 0.01)
            }
            #expect(try await node.end() == 0)
        }

        @Test func clients_AreAllAnswered_ThoughThereAreFewerDescriptors() async throws {
            let scene = try scene()
            try scene.node.start(wrapper: ["prlimit", "--nofile=256"])
            try await scene.node.waitForState("SYNCHRONIZED")
            var one = HonestClients(1, on: scene.node.port)
            for _ in 0..<200 { try one.ask() }
            let before = try scene.node.descriptors
            do {
                var clients = HonestClients(min(1000, 400 * Self.scale), on: scene.node.port)
                for _ in 0..<3 { try clients.ask() }
                #expect(clients.reconnected > 0)
                #expect(try scene.node.rejected("too_many_connections") + scene.node.rejected("no_descriptors") == 0)
                // And git finds some to work with.
                try scene.upstream.commit("P/r", message: "meanwhile")
                try scene.notify()
                try await scene.arrives()
                print("slow and many: \(clients.latencies.count) answers on 256 descriptors, p99 \(clients.p99) ms, \(one.p99) ms idle")
                if Self.scale > 1 { #expect(clients.p99 < max(20, 3 * one.p99)) }
            }
            try await eventually("descriptors are back") { try scene.node.descriptors <= before + 5 }
            #expect(try await scene.node.end() == 0)
        }
    }
}

extension NodeFixture {
    /// Memory that it occupies now, in MiB.
    fileprivate var residentMegabytes: Int { HostileScene.memory(of: processID, "VmRSS") }

    fileprivate var descriptors: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count }
    }

    fileprivate func rejected(_ reason: String) throws -> Int {
        Int(try metrics().value("heliostat_http_rejected_total", ["reason": reason]))
    }

    fileprivate func openConnections() throws -> Int { Int(try metrics().value("heliostat_http_connections")) }

    /// Of one processor, over five seconds.
    fileprivate func processorShare(after wait: Duration) async throws -> Double {
        try await Pace.take(wait)
        let (before, since) = (processorSeconds, ContinuousClock.now)
        try await Pace.take(.seconds(5))
        return (processorSeconds - before) / ((ContinuousClock.now - since) / .seconds(1))
    }
}
