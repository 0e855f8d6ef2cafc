import Foundation
import TestSupport
import Testing

extension Faults {
    /// SIGTERM: seen by balancers first, cutting nobody.
    @Suite struct Stopping {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture
        let node: NodeFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/a")
            node = try NodeFixture(in: directory.path, upstream: upstream.path)
        }

        private func configure(shutdown: String, extra: String = "") throws {
            node.shutdown = shutdown
            try node.configure(upstream: upstream.path, extra: extra)
        }

        @Test func status_Is503BeforeTheListenerCloses_AfterSIGTERM() async throws {
            try configure(shutdown: "{ notice: 1s, drain: 5s }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let asked = ContinuousClock.now
            node.signal(SIGTERM)
            var seen: [Int] = []
            while let answer = node.status() {
                if answer.code != seen.last { seen.append(answer.code) }
                if answer.code == 503 { break }
                try #require(ContinuousClock.now - asked < .seconds(5))
            }
            #expect(ContinuousClock.now - asked < .milliseconds(100))
            node.expectStatus("STOPPING", 503)
            #expect(seen.last == 503)
            // New connections are served all through the notice.
            while ContinuousClock.now - asked < .milliseconds(900) { #expect(node.status()?.code == 503) }
            #expect(try await node.exit() == 0)
            #expect(ContinuousClock.now - asked >= .seconds(1))
        }

        @Test func request_IsAnsweredWhole_WhenItWasHalfSentAtSIGTERM() async throws {
            try configure(shutdown: "{ notice: 200ms, drain: 5s }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let half = try RawClient(port: node.port)
            try half.send("GET /status HTTP/1.1\r\nHo")
            let pipelined = try RawClient(port: node.port)
            try pipelined.send(String(repeating: RawClient.request("/livez"), count: 50))
            node.signal(SIGTERM)
            try await eventually("no new connections") { node.status() == nil }
            try half.send("st: node\r\n\r\n")
            let answer = try half.receiveAnswer()
            #expect(answer.code == 503 && answer.head.contains("Connection: close"), "\(answer.head)")
            let answers = String(decoding: try pipelined.receiveAll(), as: UTF8.self)
            #expect(answers.components(separatedBy: "HTTP/1.1 200").count - 1 == 50)
            #expect(try await node.exit() == 0)
        }

        @Test func slowReader_GetsTheWholeStream_ThroughAStop() async throws {
            try configure(shutdown: "{ notice: 200ms, drain: 20s }", extra: "sync: { interval: 1h }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try await node.end() == 0)
            let total = try await node.fillCatalogue(upstream: upstream, rows: 60_000)
            let reader = try RawClient(port: node.port, receiveBuffer: 4096)
            try reader.send(RawClient.request("/rest/mirroring/latest/repo-hashes"))
            var bytes = try #require(try reader.receive(atMost: 4096))
            node.signal(SIGTERM)
            try await eventually("no new connections") { node.status() == nil }
            #expect(node.isRunning)
            bytes += try reader.receiveAll()
            #expect(bytes.suffix(7) == Array("\r\n0\r\n\r\n".utf8), "the last chunk has come")
            let ids = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\"metadata\":").count - 1
            #expect(ids == total)
            #expect(try await node.exit() == 0)
        }

        @Test func node_SkipsTheWaiting_OnASecondSIGTERM() async throws {
            try configure(shutdown: "{ notice: 5m, drain: 5m }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            node.signal(SIGTERM)
            try await node.waitForState("STOPPING")
            let asked = ContinuousClock.now
            node.signal(SIGTERM)
            #expect(try await node.exit() == 0)
            #expect(ContinuousClock.now - asked < .seconds(4))
        }

        @Test func node_WaitsForNoReader_AfterASecondSIGTERM() async throws {
            try configure(shutdown: "{ notice: 100ms, drain: 5m }", extra: "sync: { interval: 1h }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try await node.end() == 0)
            _ = try await node.fillCatalogue(upstream: upstream, rows: 60_000)
            let reader = try RawClient(port: node.port, receiveBuffer: 4096)
            try reader.send(RawClient.request("/rest/mirroring/latest/repo-hashes"))
            _ = try reader.receive(atMost: 4096)
            node.signal(SIGTERM)
            try await eventually("no new connections") { node.status() == nil }
            #expect(node.isRunning)
            node.signal(SIGTERM)
            #expect(try await node.exit() == 0)
        }

        @Test func firstCopy_LeavesNothingHalf_WhenStoppedInItsMiddle() async throws {
            let hanging = try HangingObject(upstream, "P/a")
            try configure(shutdown: "{ notice: 100ms, drain: 1s }")
            try node.start()
            try await eventually("git hangs") { !node.children.isEmpty && node.state == "METADATA_SYNCHRONIZED" }
            node.signal(SIGTERM)
            #expect(try await node.exit() == 0)
            #expect(node.children == [])
            #expect(!FileManager.default.fileExists(atPath: node.copy("P/a")))
            #expect(node.leftovers == [])
            let runs = try node.sql("SELECT status FROM run")
            #expect(runs == "cancel")
            try hanging.release()
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(node.mirrors("P/a", of: upstream))
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(["P/a"])
        }

        /// A flush that never returns, as on a disk that is gone: what it keeps back is as after a crash, and the process is not.
        @Test func node_Ends_WhileItsStoreHangs() async throws {
            try configure(shutdown: "{ notice: 100ms, drain: 1s }", extra: "sync: { interval: 1h }")
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            try await eventually("nothing is being written down") { try node.isStoreAtRest }
            let pushed = try upstream.commit("P/a", message: "its store hangs")
            let tracer = try await node.inject("fdatasync:delay_enter=600000000")
            defer { tracer.stop() }
            try node.notify("P/a")
            try await eventually("what is fetched waits for the store, or what is to be written does") {
                try Shell().attempt(["git", "--git-dir", node.copy("P/a"), "cat-file", "-e", pushed]).status == 0
                    || node.metrics().value("heliostat_queue_depth", ["queue": "store"]) > 0
            }
            let asked = ContinuousClock.now
            node.signal(SIGTERM)
            try await eventually(within: 40, "the node has stopped") { node.log.contains(#""message":"stopped""#) }
            let waited = ContinuousClock.now - asked
            // strace holds a thread at its end, for as long as it delays another.
            tracer.stop()
            #expect(try await node.exit() == 0)
            let limit = Duration.milliseconds(1100) + Duration.seconds(20 * Patience.factor)
            #expect(waited < limit, "\(waited)")
            #expect(node.log.contains("the stop waits no longer"), "\(node.log.suffix(2000))")
            try node.start()
            try await node.waitForMirror(["P/a"], of: upstream)
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(["P/a"])
        }

        @Test(arguments: ["/lock", "/staging"])
        func node_Exits0_WhenStoppedDuringItsStart(held: String) async throws {
            for directory in ["", "/staging"] {
                try FileManager.default.createDirectory(atPath: node.data + directory, withIntermediateDirectories: false)
            }
            try node.startDelayed("openat", on: node.data + held, seconds: 2)
            try await eventually("listening") { node.status() != nil }
            node.signal(SIGTERM)
            try await eventually("STOPPING or gone") { node.status()?.body.contains("STOPPING") ?? true }
            #expect(try await node.exit() == 0)
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try await node.end() == 0)
            try node.expectCleanDisk(["P/a"])
        }
    }
}

extension NodeFixture {
    /// Gives the stopped node a catalogue of `rows` more repositories, as if it had mirrored them, and starts it without its
    /// upstream, so that it streams what it remembers.
    /// - Returns: how many repositories it streams.
    func fillCatalogue(upstream: UpstreamFixture, rows: Int) async throws -> Int {
        try sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
            INSERT INTO repository (id, project_id, slug, name, public, metadata_hash, content_hash, head, has_copy, initial_sync, last_sync)
            SELECT i, (SELECT id FROM project LIMIT 1), CAST('s' || i AS BLOB), CAST('s' || i AS BLOB), 0, randomblob(32), randomblob(32),
            (SELECT head FROM repository LIMIT 1), 1, 0, 0 FROM n
            """)
        try FileManager.default.moveItem(atPath: upstream.path, toPath: upstream.path + ".away")
        try start()
        try await waitForState("BOOTSTRAPPED")
        return rows + 1
    }
}
