import Foundation
import TestSupport
import Testing

extension Faults {
    /// Starts that meet another node, or a silent upstream.
    @Suite struct Starting {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/a")
        }

        private func urls(port: Int) -> String {
            "  kind: urls\n  urls:\n    - { project: P, slug: a, url: \"git://127.0.0.1:\(port)/P/a.git\" }"
        }

        @Test func secondStart_Exits1AtOnce_OnADataDirectoryInUse() async throws {
            let first = try NodeFixture(in: directory.path, upstream: upstream.path)
            try first.start()
            try await first.waitForState("SYNCHRONIZED")
            let second = try NodeFixture(in: directory.path, upstream: upstream.path, name: "second")
            let text = try String(contentsOfFile: second.configurationPath, encoding: .utf8)
            try text.replacing("./data", with: first.data).write(toFile: second.configurationPath, atomically: true, encoding: .utf8)
            let asked = ContinuousClock.now
            try second.start()
            #expect(try await second.exit() == 1)
            #expect(ContinuousClock.now - asked < .seconds(5))
            #expect(second.log.contains("data directory is in use") && second.log.contains("process \(first.processID)"), "\(second.log)")
            first.expectStatus("SYNCHRONIZED", 200)
            #expect(try first.command("status", "--json").status == 0)
            try upstream.commit("P/a", message: "the first goes on")
            try first.notify("P/a")
            try await first.waitForMirror(["P/a"], of: upstream)
        }

        @Test func start_IsRefused_WhereLinksLeadFromTheUpstreamToTheNodesOwnData() async throws {
            let link = directory.path + "/link"
            let node = try NodeFixture(in: directory.path, upstream: link)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: node.data)
            try node.start()
            try await node.waitForState("ERROR")
            // The state is told at once, the log by whoever writes it.
            try await eventually("the log says why") { node.log.contains("the node would mirror its own copies") }
        }

        @Test func start_Exits1AtOnce_OnATakenPort() async throws {
            let node = try NodeFixture(in: directory.path, upstream: upstream.path)
            let (taken, port) = try listen()
            defer { close(taken) }
            let text = try String(contentsOfFile: node.configurationPath, encoding: .utf8)
            try text.replacing("127.0.0.1:\(node.port)", with: "127.0.0.1:\(port)")
                .write(toFile: node.configurationPath, atomically: true, encoding: .utf8)
            try node.start()
            #expect(try await node.exit(within: 5) == 1)
            #expect(node.log.contains("cannot listen") && node.log.contains("\(port)"), "\(node.log)")
            #expect(!FileManager.default.fileExists(atPath: node.data))
        }

        @Test func restart_GoesOnWithWhatItStored_WhileTheDirectoryIsAway_AndVetsWhenItIsBack() async throws {
            let node = try NodeFixture(
                in: directory.path, upstream: upstream.path, extra: "start: { upstream_wait: 1s }\nsync: { interval: 1s }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try await node.end() == 0)
            try FileManager.default.moveItem(atPath: upstream.path, toPath: upstream.path + ".away")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try await eventually("the log says why") { node.log.contains("\"reason\":\"stored\"") }
            let vets = Self.vets(node)
            try FileManager.default.moveItem(atPath: upstream.path + ".away", toPath: upstream.path)
            try upstream.commit("P/a", message: "meanwhile")
            try await node.waitForMirror(["P/a"], of: upstream)
            try await eventually("a vet") { Self.vets(node) > vets }
        }

        @Test func restart_GoesOnWithWhatItStored_WhileTheServerIsSilent_AndVetsWhenItAnswers() async throws {
            let port = try NodeFixture.freePort()
            let extra = "start: { upstream_wait: 1s }\nsync: { interval: 2s, no_progress: 2s }"
            let node = try NodeFixture(in: directory.path, upstream: urls(port: port), extra: extra)
            var daemon: GitDaemon? = try await GitDaemon(upstream.path, port: port)
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try await node.end() == 0)
            _ = daemon
            daemon = nil
            var silent: SilencedPort? = try SilencedPort(port)
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try await eventually("the log says why") { node.log.contains("\"reason\":\"stored\"") }
            node.expectStatus("SYNCHRONIZED", 200)
            _ = silent
            silent = nil
            let vets = Self.vets(node)
            daemon = try await GitDaemon(upstream.path, port: port)
            try upstream.commit("P/a", message: "meanwhile")
            try await node.waitForMirror(["P/a"], of: upstream, within: 40)
            try await eventually(within: 20, "a vet since then") { Self.vets(node) > vets }
            _ = daemon
        }

        private static let impatient = "sync: { no_progress: 1s, attempts: 1, interval: 2s }"

        @Test func firstStart_StaysUnsynchronized_WhileTheServerIsSilent() async throws {
            let silent = try SilentServer()
            let node = try NodeFixture(in: directory.path, upstream: urls(port: silent.port), extra: Self.impatient)
            try node.start()
            // Each is enough for quarantine, were it the repository's own fault.
            try await eventually(within: 30, "attempts fail") { node.log.components(separatedBy: "synchronisation failed").count > 3 }
            #expect(!node.log.contains("quarantined"))
            node.expectStatus("METADATA_SYNCHRONIZED", 200)
            try node.configure(upstream: urls(port: silent.port), extra: Self.impatient + "\nstatus: { strict: true }")
            node.signal(SIGHUP)
            try await eventually("strict") { node.status()?.code == 503 }
            node.expectStatus("METADATA_SYNCHRONIZED", 503)
        }

        private static func vets(_ node: NodeFixture) -> Int { node.log.components(separatedBy: "vet ended").count - 1 }
    }
}
