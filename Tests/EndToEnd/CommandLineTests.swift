import Foundation
import TestSupport
import Testing

/// The command line beside a running node, and without one.
@Suite(.serialized, .ownThreads) struct CommandLineTests {
    private static let quiet = "sync: { interval: 1h }"

    private func heliostat(_ words: String...) throws -> Shell.Ended { try Shell().attempt([NodeFixture.binary] + words) }

    @Test func status_ShowsStateCountsAndTrouble() async throws {
        let scene = try Scene(["P/r", "P/bad"], extra: "sync: { interval: 1h, attempts: 1 }")
        try scene.script("rm \"$GIT_DIR/HEAD\"", in: "P/bad")
        try await scene.synchronized()
        let plain = try scene.node.command("status")
        #expect(plain.status == 0)
        for word in ["SYNCHRONIZED", "P/bad", "corrupt", "quarantined"] { #expect(plain.output.contains(word), "\(plain.output)") }
        #expect(!plain.output.contains("\u{1B}"), "colours in a pipe")
        let json = try scene.node.command("status", "--json")
        #expect(json.status == 0)
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(object?["state"] as? String == "SYNCHRONIZED")
        #expect((object?["repositories"] as? [String: Int])?["quarantined"] == 1)
    }

    @Test func statusWatch_DrawsAgainAndAgain() async throws {
        let scene = try Scene(extra: Self.quiet)
        try await scene.synchronized()
        let command = [NodeFixture.binary, "status", "--watch", "--config", scene.node.configurationPath]
        let words = ["timeout", "--signal=KILL", "3"] + command
        let ended = try Shell().attempt(words)
        #expect(ended.status != 0)
        #expect(ended.output.components(separatedBy: "SYNCHRONIZED").count > 2, "\(ended.output)")
    }

    @Test func sync_PrintsItsRun_AndWaitsForItWhenAsked() async throws {
        let scene = try Scene(["P/r", "Q/s"], extra: Self.quiet)
        try await scene.synchronized()
        for (push, words) in [("P/r", ["P/r"]), ("Q/s", ["--project", "Q"]), ("P/r", [])] {
            try scene.upstream.commit(push, message: "for \(words)")
            let ended = try Shell().attempt([NodeFixture.binary, "sync", "--wait", "--config", scene.node.configurationPath] + words)
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.output.hasPrefix("success"))
            #expect(scene.node.mirrors(push, of: scene.upstream))
        }
        let ended = try scene.node.command("sync", "P/r")
        #expect(ended.status == 0)
        try await eventually("the run is known and over") {
            let run = try HTTPCall("http://localhost/admin/runs/\(ended.output)", socket: scene.node.socket)
            return try run.status == 200 && (run.json()["status"] as? String) == "success"
        }
    }

    @Test func syncWait_ExitsWithOne_WhenTheRunFails() async throws {
        let scene = try Scene(["P/r", "P/bad"], extra: Self.quiet)
        try await scene.synchronized()
        try scene.script("rm \"$GIT_DIR/HEAD\"", in: "P/bad")
        #expect(try scene.node.command("sync", "P/bad", "--wait").status == 1)
        #expect(try scene.node.command("sync", "--wait").status == 1)
        #expect(try scene.node.command("sync", "P/unknown", "--wait").status == 1)
        #expect(try scene.node.command("sync", "P/r", "--wait").status == 0)
    }

    @Test func vetWait_FindsAndRepairsWhatSomebodyBroke() async throws {
        let scene = try Scene(["P/r", "P/s"], extra: Self.quiet)
        try await scene.synchronized()
        try Shell().run("git", "--git-dir", scene.node.copy("P/r"), "update-ref", "refs/heads/strange", "refs/heads/main")
        try Shell().run("rm", "-r", scene.node.copy("P/s"))
        let ended = try scene.node.command("vet", "--wait")
        #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
        #expect(scene.node.mirrors("P/r", of: scene.upstream))
        #expect(scene.node.mirrors("P/s", of: scene.upstream))
        let idle = try scene.node.command("vet")
        #expect(idle.status == 0)
        #expect(!idle.output.isEmpty)
    }

    @Test func drain_TakesTheNodeOut_AndUndrainPutsItBack() async throws {
        let scene = try Scene(extra: Self.quiet)
        try await scene.synchronized()
        #expect(try scene.node.command("drain", "--reason", "kernel update").status == 0)
        try await eventually(within: 2, "503") { try scene.node.get("/status").status == 503 }
        #expect(try scene.node.get("/status").body == #"{"state":"SYNCHRONIZED","nodeCount":"1"}"#)
        #expect(try scene.readiness().rules == ["draining"])
        #expect(try scene.node.command("status").output.contains("kernel update"))
        // Draining is for the balancer: mirroring goes on.
        try scene.upstream.commit("P/r", message: "meanwhile")
        try scene.notify()
        try await scene.arrives()
        #expect(try scene.node.command("undrain").status == 0)
        try await eventually(within: 2, "200") { try scene.node.get("/status").status == 200 }
        #expect(try scene.node.command("drain").status == 0, "a reason is not needed")
    }

    @Test func checkConfig_SaysWhetherAFileIsGood() async throws {
        let scene = try Scene(extra: Self.quiet)
        let good = try scene.node.command("check-config")
        #expect(good.status == 0)
        try scene.node.configure(upstream: scene.upstream.path, extra: "sync: { intervall: 3m, concurrency: many }\nnonsense: 1")
        let bad = try scene.node.command("check-config")
        #expect(bad.status == 78)
        for word in ["intervall", "interval", "concurrency", "nonsense", ":7:9"] { #expect(bad.errors.contains(word), "\(bad.errors)") }
        #expect(try heliostat("check-config", "--config", scene.directory.path + "/none.yaml").status == 78)
        try scene.node.start()
        #expect(scene.node.exitCode() == 78)
    }

    @Test func wrongUsage_Is64() throws {
        let wrong = [
            ["frobnicate"], ["status", "--frob"], ["notify"], ["notify", "no-slash"], ["notify", "../x/y"],
            ["sync", "P/r", "--project", "P"], ["status", "--timeout", "0"],
        ]
        for words in wrong {
            let ended = try Shell().attempt([NodeFixture.binary] + words)
            #expect(ended.status == 64, "\(words): \(ended.errors)")
            #expect(!ended.errors.isEmpty)
        }
    }

    @Test func versionAndHelp_NeedNoNode() throws {
        #expect(try heliostat("version").output.hasPrefix("heliostat "))
        let json = try JSONSerialization.jsonObject(with: Data(heliostat("version", "--json").output.utf8)) as? [String: Any]
        #expect(json?["version"] as? String != nil)
        for command in ["serve", "check-config", "status", "sync", "vet", "hashes", "diff", "notify", "drain", "undrain", "version"] {
            let help = try heliostat(command, "--help")
            #expect(help.status == 0)
            #expect(help.output.contains("USAGE: heliostat \(command)"), "\(help.output)")
        }
    }

    @Test func commands_SaySoAndExitWithOne_WhenTheNodeIsNotRunning() throws {
        let scene = try Scene()
        for words in [["status"], ["sync"], ["vet"], ["drain"], ["undrain"], ["notify", "P/r"]] {
            let ended = try Shell().attempt([NodeFixture.binary] + words + ["--config", scene.node.configurationPath])
            #expect(ended.status == 1, "\(words)")
            #expect(ended.errors.contains(scene.node.socket), "\(words): \(ended.errors)")
            #expect(ended.errors.contains("running"), "\(words): \(ended.errors)")
            #expect(ended.output == "", "\(words)")
        }
    }

    @Test func hashes_NamesWhatItCannotRead_AndExitsWithOne() throws {
        let scene = try Scene(["P/r", "P/bad"])
        try scene.script("rm \"$GIT_DIR/HEAD\"", in: "P/bad")
        let ended = try heliostat("hashes", scene.upstream.path)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("P/bad"))
        #expect(ended.output.contains("\"content\""))
        let missing = try heliostat("hashes", scene.upstream.path + "/none")
        #expect(missing.status == 1)
        #expect(missing.output == "")
    }
}
