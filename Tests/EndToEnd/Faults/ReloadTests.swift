import Foundation
import TestSupport
import Testing

extension Faults {
    /// SIGHUP.
    @Suite struct Reloading {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture
        let node: NodeFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/a")
            node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1h }")
        }

        private func reload(_ extra: String) throws {
            try node.configure(upstream: upstream.path, extra: extra)
            node.signal(SIGHUP)
        }

        private func reloads(_ outcome: String = "configuration reloaded") -> Int { node.log.components(separatedBy: outcome).count - 1 }

        @Test func interval_TakesEffectAtOnce_WhenShortened() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try upstream.commit("P/a", message: "seen by an interval only")
            try reload("sync: { interval: 1s }")
            try await node.waitForMirror(["P/a"], of: upstream, within: 6)
            #expect(node.log.contains("sync.interval"))
        }

        @Test func strictness_AndLogLevel_Change_WithoutARestart() async throws {
            let hanging = try HangingObject(upstream, "P/a")
            try node.start()
            try await node.waitForState("METADATA_SYNCHRONIZED")
            node.expectStatus("METADATA_SYNCHRONIZED", 200)
            try reload("sync: { interval: 1h }\nstatus: { strict: true }\nlog: { level: error }")
            try await eventually("strict") { node.status()?.code == 503 }
            node.expectStatus("METADATA_SYNCHRONIZED", 503)
            let quiet = node.log
            #expect(try node.command("drain", "--reason", "noted at level info only").status == 0)
            try await eventually("draining") { try node.get("/readyz").body.contains("noted at level info only") }
            #expect(node.log == quiet)
            try reload("sync: { interval: 1h }\nlog: { level: debug }")
            try await eventually("it speaks again") { reloads() == 1 }
            #expect(try node.command("undrain").status == 0)
            try await eventually("lenient") { node.status()?.code == 200 }
            try hanging.release()
        }

        @Test func badFile_ChangesNothing_AndIsNamed() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try reload("sync: { intervall: 1s }\nstatus: { strict: maybe }")
            try await eventually("it says so") { reloads("reload refused") == 1 }
            #expect(node.log.contains("sync.intervall") && node.log.contains("status.strict"), "\(node.log.suffix(1500))")
            node.expectStatus("SYNCHRONIZED", 200)
            try FileManager.default.removeItem(atPath: node.configurationPath)
            node.signal(SIGHUP)
            try await eventually("it says so again") { reloads("reload refused") == 2 }
            try upstream.commit("P/a", message: "goes on")
            try node.notify("P/a")
            try await node.waitForMirror(["P/a"], of: upstream)
        }

        @Test func keyThatNeedsARestart_IsNamed_AndTheRestApplies() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try reload("sync: { interval: 1s, total: 1h }")
            try await eventually("it names the key") { node.log.contains("needs a restart") && node.log.contains("sync.total") }
            try upstream.commit("P/a", message: "by the new interval")
            try await node.waitForMirror(["P/a"], of: upstream, within: 6)
        }

        @Test func whatAStartWarnsOf_IsSaidAtAReloadToo() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(!node.log.contains("0.0.0.0"))
            let text = try String(contentsOfFile: node.configurationPath, encoding: .utf8)
            try text.replacing("127.0.0.1:", with: "0.0.0.0:").write(toFile: node.configurationPath, atomically: true, encoding: .utf8)
            node.signal(SIGHUP)
            try await eventually("it is reloaded") { reloads() == 1 }
            #expect(node.log.contains("http.listen 0.0.0.0:\(node.port)"), "\(node.log.suffix(800))")
        }

        @Test func storm_IsMerged_AndASIGTERMInItIsObeyed() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            for _ in 0..<5000 { node.signal(SIGHUP) }
            try await eventually("a reload") { reloads() >= 1 }
            #expect(node.status()?.code == 200)
            for round in 0..<20_000 {
                if round == 10_000 { node.signal(SIGTERM) }
                node.signal(SIGHUP)
            }
            #expect(try await node.exit(within: 10) == 0)
        }

        @Test func repositories_ComeAndGo_WhenTheListOfURLsChanges() async throws {
            for name in ["P/b", "P/c"] { try upstream.create(name) }
            let daemon = try await GitDaemon(upstream.path)
            try node.configure(upstream: urls(daemon, "a", "b"), extra: "sync: { interval: 1s }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try node.configure(upstream: urls(daemon, "b", "c"), extra: "sync: { interval: 1s }")
            node.signal(SIGHUP)
            try await node.waitForMirror(["P/b", "P/c"], of: upstream)
            try await eventually("P/a is in the trash") { !FileManager.default.fileExists(atPath: node.copy("P/a")) }
            try await eventually("the readers see it") { try node.contentHashes().count == 2 }
            node.expectStatus("SYNCHRONIZED", 200)
            withExtendedLifetime(daemon) {}
        }

        private func urls(_ daemon: GitDaemon, _ slugs: String...) -> String {
            let entries = slugs.map { "    - { project: P, slug: \($0), url: \"\(daemon.url("P/\($0)"))\" }" }
            return "  kind: urls\n  urls:\n" + entries.joined(separator: "\n")
        }

        /// One that fails, or takes a call and does not answer, holds up neither the list nor a stop.
        @Test func listOfURLs_IsTaken_WhateverTheDiskDoes() async throws {
            for name in ["P/b", "P/c"] { try upstream.create(name) }
            let daemon = try await GitDaemon(upstream.path)
            node.shutdown = "{ notice: 2s, drain: 1s }"
            try node.configure(upstream: urls(daemon, "a", "b"), extra: "sync: { interval: 1h }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let git = node.data + "/git"
            try FileManager.default.moveItem(atPath: git, toPath: git + ".away")
            try Data().write(to: URL(filePath: git))
            try node.configure(upstream: urls(daemon, "a"), extra: "sync: { interval: 1s }")
            node.signal(SIGHUP)
            try await eventually("P/b is in the trash") { !FileManager.default.fileExists(atPath: node.copy("P/b")) }
            #expect(try node.metrics().value("heliostat_config_reload_successful") == 1)
            try FileManager.default.removeItem(atPath: git)
            try FileManager.default.moveItem(atPath: git + ".away", toPath: git)
            let tracer = try await node.inject("fsync:delay_enter=60000000", on: [git + "/config.new"])
            defer { tracer.stop() }
            try node.configure(upstream: urls(daemon, "a", "c"), extra: "sync: { interval: 1s }")
            node.signal(SIGHUP)
            try await eventually(within: 5, "the list is taken") { reloads() == 2 }
            node.signal(SIGTERM)
            try await eventually(within: 5, "it is stopping") { node.status()?.code == 503 }
            #expect(try await node.exit() == 0)
            withExtendedLifetime(daemon) {}
        }

        @Test func wrongURL_IsRefused_AndItsCopyGoesOn() async throws {
            let daemon = try await GitDaemon(upstream.path)
            func configure(_ query: String = "") throws {
                let list = "  kind: urls\n  urls: [{ project: P, slug: a, url: \"\(daemon.url("P/a"))\(query)\" }]"
                try node.configure(upstream: list, extra: "sync: { interval: 1s }")
            }
            try configure()
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try configure("?x=1")
            #expect(try node.command("check-config").status == 78)
            node.signal(SIGHUP)
            try await eventually("it says so") { reloads("reload refused") == 1 }
            #expect(node.log.contains("upstream.urls[0].url"), "\(node.log.suffix(1500))")
            try upstream.commit("P/a", message: "goes on")
            try await node.waitForMirror(["P/a"], of: upstream)
            withExtendedLifetime(daemon) {}
        }

        @Test func cloneAddresses_AreTheNewOnes_ForReadersToo() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let id = try #require(try node.contentHashes().keys.first)
            func links() throws -> String { try node.get("/rest/mirroring/latest/mirrorRepos/\(id)").body }
            #expect(try !links().contains("git.example.com"))
            try node.configure(
                upstream: upstream.path, cloneURL: "http://git.example.com/{project}/{repository}.git", extra: "sync: { interval: 1h }")
            node.signal(SIGHUP)
            try await eventually("the new address") { try links().contains("http://git.example.com/P/a.git") }
        }
    }
}
