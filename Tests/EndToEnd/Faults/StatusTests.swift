import Foundation
import TestSupport
import Testing

extension Faults {
    /// The table of `/status`, state by state, as a balancer sees it.
    @Suite struct StatusSeenFromOutside {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
        }

        @Test func status_Answers503Starting_WhileTheStoreOpens() async throws {
            try upstream.create("P/a")
            let node = try NodeFixture(in: directory.path, upstream: upstream.path)
            try FileManager.default.createDirectory(atPath: node.data, withIntermediateDirectories: false)
            try node.startDelayed("openat", on: node.data + "/lock", seconds: 2)
            try await node.waitForState("STARTING")
            node.expectStatus("STARTING", 503)
            let head = try #require(node.status("HEAD"))
            #expect(head.code == 503 && head.body.isEmpty && head.head.contains("Content-Length: \(#"{"state":"STARTING","nodeCount":"1"}"#.utf8.count)"), "\(head.head)")
            #expect(node.status("OPTIONS")?.code == 503)
            try await node.waitForState("SYNCHRONIZED")
            node.expectStatus("SYNCHRONIZED", 200)
        }

        @Test(arguments: [false, true])
        func status_FollowsStrictness_WhileBootstrapping(strict: Bool) async throws {
            try upstream.create("P/a")
            let node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "status: { strict: \(strict) }")
            for directory in ["", "/staging"] {
                try FileManager.default.createDirectory(atPath: node.data + directory, withIntermediateDirectories: false)
            }
            try node.startDelayed("openat", on: node.data + "/staging", seconds: 2)
            try await node.waitForState("BOOTSTRAPPING")
            node.expectStatus("BOOTSTRAPPING", strict ? 503 : 200)
            try await node.waitForState("SYNCHRONIZED")
            node.expectStatus("SYNCHRONIZED", 200)
        }

        @Test(arguments: [false, true])
        func status_FollowsStrictness_WhileTheUpstreamIsMissing(strict: Bool) async throws {
            let missing = directory.path + "/later"
            let node = try NodeFixture(in: directory.path, upstream: missing, extra: "status: { strict: \(strict) }")
            try node.start()
            try await node.waitForState("BOOTSTRAPPED")
            node.expectStatus("BOOTSTRAPPED", strict ? 503 : 200)
            #expect(try node.get("/readyz").status == 503)
            try upstream.create("P/a")
            try FileManager.default.moveItem(atPath: upstream.path, toPath: missing)
            try await node.waitForState("SYNCHRONIZED")
            node.expectStatus("SYNCHRONIZED", 200)
        }

        @Test(arguments: [false, true])
        func status_FollowsStrictness_WhileAFirstCopyHangs(strict: Bool) async throws {
            for name in ["P/a", "P/b"] { try upstream.create(name) }
            let hanging = try HangingObject(upstream, "P/b")
            let node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "status: { strict: \(strict) }")
            try node.start()
            try await node.waitForState("METADATA_SYNCHRONIZED")
            try await node.waitForMirror(["P/a"], of: upstream)
            node.expectStatus("METADATA_SYNCHRONIZED", strict ? 503 : 200)
            try hanging.release()
            try await eventually("the failed attempt is over") { node.children.isEmpty }
            try node.notify("P/b")
            try await node.waitForState("SYNCHRONIZED")
            node.expectStatus("SYNCHRONIZED", 200)
            #expect(node.mirrors("P/b", of: upstream))
        }

        @Test func status_Answers503WithTheState_WhileDraining() async throws {
            try upstream.create("P/a")
            let node = try NodeFixture(in: directory.path, upstream: upstream.path)
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            #expect(try node.command("drain", "--reason", "kernel").status == 0)
            try await eventually("drained") { node.status()?.code == 503 }
            node.expectStatus("SYNCHRONIZED", 503)
            #expect(try node.command("undrain").status == 0)
            try await eventually("undrained") { node.status()?.code == 200 }
            node.expectStatus("SYNCHRONIZED", 200)
        }
    }
}

/// Thirty seconds of waiting, which need not hold up the rest.
@Suite(.ownThreads) struct FailedStart {
    @Test func status_Answers503ErrorFor30SecondsAndExits1_WhenTheDatabaseIsCorrupt() async throws {
        let directory = try TemporaryDirectory()
        let upstream = try UpstreamFixture(in: directory.path)
        let node = try NodeFixture(in: directory.path, upstream: upstream.path)
        try FileManager.default.createDirectory(atPath: node.data, withIntermediateDirectories: false)
        let damaged = Data(repeating: 0x55, count: 8192)
        try damaged.write(to: URL(filePath: node.data + "/heliostat.db"))
        try node.start()
        try await node.waitForState("ERROR")
        let since = ContinuousClock.now
        node.expectStatus("ERROR", 503)
        #expect(try node.get("/livez").status == 200)
        #expect(node.log.contains("damaged"), "\(node.log)")
        #expect(try await node.exit(within: 45) == 1)
        #expect(ContinuousClock.now - since > .seconds(25))
        #expect(try Data(contentsOf: URL(filePath: node.data + "/heliostat.db")) == damaged)
    }

    @Test func node_EndsAtOnceWith1_WhenToldToStopInError() async throws {
        let directory = try TemporaryDirectory()
        let node = try NodeFixture(in: directory.path, upstream: directory.path + "/upstream")
        try FileManager.default.createDirectory(atPath: node.data, withIntermediateDirectories: false)
        try Data(repeating: 0x55, count: 8192).write(to: URL(filePath: node.data + "/heliostat.db"))
        try node.start()
        try await node.waitForState("ERROR")
        node.signal(SIGTERM)
        #expect(try await node.exit(within: 8) == 1)
    }
}
