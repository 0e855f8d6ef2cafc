import Foundation
import TestSupport
import Testing

/// `heliostat diff` between nodes, their upstream and what somebody saved.
@Suite(.serialized, .ownThreads) struct DiffTests {
    /// What a comparison came to.
    private struct Outcome {
        let status: Int32
        let json: [String: Any]

        var classes: [String: Int] { (json["classes"] as? [String: Int] ?? [:]).filter { $0.value > 0 } }
        var differences: [[String: Any]] { json["differences"] as? [[String: Any]] ?? [] }
        func side(_ name: String) -> [String: Any] { json[name] as? [String: Any] ?? [:] }

        func difference(_ repository: String) -> (class: String?, side: String?, reason: String)? {
            guard let found = differences.first(where: { $0["repository"] as? String == repository }) else { return nil }
            return (found["class"] as? String, found["side"] as? String, found["reason"] as? String ?? "")
        }
    }

    /// Nodes of one upstream that look at it only when they are told.
    private struct Farm {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture
        let nodes: [NodeFixture]

        init(_ names: [String], nodes count: Int, sync: String = "", extra: String = "") throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            for name in names { try upstream.create(name, commits: 3) }
            let (path, root) = (upstream.path, directory.path)
            nodes = try (1...count).map {
                try NodeFixture(in: root, upstream: path, name: "node-\($0)", extra: "sync: { interval: 1h\(sync) }\nvet: { interval: 1h }\n" + extra)
            }
        }

        func start() async throws {
            for node in nodes { try node.start() }
            for node in nodes { try await node.waitForState("SYNCHRONIZED") }
        }

        func stop() { for node in nodes { node.kill() } }
    }

    private func diff(_ words: String..., tolerance: String = "1s") throws -> Outcome { try diff(words, tolerance: tolerance) }

    private func diff(_ words: [String], tolerance: String) throws -> Outcome {
        let ended = try Shell().attempt([NodeFixture.binary, "diff", "--json", "--tolerance", tolerance] + words)
        let json = try? JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]  // none is said when it fails
        if json == nil { Issue.record("\(words): \(ended.status) \(ended.errors)") }
        return Outcome(status: ended.status, json: json ?? [:])
    }

    private func refusal(_ words: String...) throws -> Shell.Ended {
        let ended = try Shell().attempt([NodeFixture.binary, "diff", "--timeout", "2"] + words)
        #expect(ended.output == "", "\(words)")
        return ended
    }

    private func removeObjects(of name: String, in node: NodeFixture) throws {
        try Shell().run("sh", "-euc", "cd '\(node.copy(name))/objects' && chmod -R u+w . && rm -rf pack/* ??")
    }

    @Test func threeNodes_OneWithADeletedObject_OneLagging_OneRepacked() async throws {
        let farm = try Farm(["P/lost", "P/late", "P/packed", "Q/same"], nodes: 3)
        defer { farm.stop() }
        try await farm.start()
        let (lossy, late, packed) = (farm.nodes[0], farm.nodes[1], farm.nodes[2])
        let healthy = try diff(lossy.socket, late.socket)
        #expect(healthy.status == 0 && healthy.classes == ["equal": 4])
        #expect(healthy.side("a")["repositories"] as? Int == 4 && healthy.side("a")["refs"] as? Int == 4)
        // The same refs and more objects: what nobody needs any more.
        try Shell().run("sh", "-euc", "cd '\(packed.copy("P/packed"))' && for i in 1 2 3; do echo $i | git hash-object -w --stdin; done")
        let repacked = try diff(late.socket, packed.socket)
        #expect(repacked.status == 0 && repacked.classes == ["equal": 3, "packed-differently": 1], "\(repacked.json)")
        #expect((repacked.json["delta"] as? [String: Any])?["objects"] as? Int == 3)
        // One node is not told of a push.
        try farm.upstream.commit("P/late", message: "late")
        for node in [lossy, packed] {
            try node.notify("P/late")
            try await node.waitForMirror(["P/late"], of: farm.upstream)
        }
        let lagging = try diff(packed.socket, late.socket)
        #expect(lagging.status == 1 && lagging.classes["lagging"] == 1, "\(lagging.json)")
        #expect(lagging.difference("P/late")?.side == "B")
        #expect(lagging.differences.allSatisfy { $0["ageSeconds"] is Double })
        try removeObjects(of: "P/lost", in: lossy)
        let critical = try diff(lossy.socket, late.socket)
        #expect(critical.status == 2 && critical.classes == ["claimed-absent": 1, "lagging": 1, "equal": 2], "\(critical.json)")
        #expect(critical.difference("P/lost")?.side == "A")
        #expect(critical.difference("P/lost")?.reason.contains("refs/heads/main names") == true)
        #expect(critical.json["lookedAgain"] as? Int ?? 0 >= 1)
        // For people, and with the sides the other way round.
        let plain = try Shell().attempt([NodeFixture.binary, "diff", "--tolerance", "1s", late.data, lossy.configurationPath])
        #expect(plain.status == 2)
        for words in ["claimed-absent", "P/lost", "on B:", "lagging", "P/late", "backlog", "GiB", "critical"] {
            #expect(plain.output.contains(words), "\(plain.output)")
        }
        #expect(!plain.output.contains("\u{1B}"), "colours in a pipe")
    }

    @Test func copyThatIsGone_AndOneThatHoldsSomethingElse_AreCritical() async throws {
        let farm = try Farm(["P/gone", "P/other", "P/same"], nodes: 1)
        defer { farm.stop() }
        try await farm.start()
        let node = farm.nodes[0]
        try FileManager.default.removeItem(atPath: node.copy("P/gone"))
        let tip = try farm.upstream.git("P/other", "rev-parse", "main~1")
        try Shell().run("git", "--git-dir", node.copy("P/other"), "update-ref", "refs/heads/main", tip)
        let outcome = try diff(node.socket, farm.upstream.path)
        #expect(outcome.status == 2)
        #expect(outcome.difference("P/gone")?.class == "claimed-absent" && outcome.difference("P/gone")?.side == "A")
        #expect(outcome.difference("P/other")?.class == "mismatch" && outcome.difference("P/other")?.side == "A")
        #expect(outcome.classes["equal", default: 0] + outcome.classes["packed-differently", default: 0] == 1)
        let untold = try Shell().attempt([
            "sh", "-c", "exec '\(NodeFixture.binary)' diff --tolerance 3s '\(node.socket)' '\(farm.upstream.path)' > /dev/full",
        ])
        #expect(untold.status == 2 && untold.errors.contains("cannot write: No space left on device"), "\(untold)")
        // Without the token nobody knows what its disk holds, and what it says is the upstream's.
        let blind = try diff(node.base, farm.upstream.path)
        #expect(blind.status == 0 && blind.classes == ["equal": 3])
    }

    @Test func whatLiesDeeper_IsFoundOnlyByALookAtEverything() async throws {
        let farm = try Farm(["P/r"], nodes: 1)
        defer { farm.stop() }
        try await farm.start()
        let node = farm.nodes[0]
        let blob = try farm.upstream.git("P/r", "rev-parse", "main~2:file")
        try Shell().run("sh", "-euc", """
            cd '\(node.copy("P/r"))' && export GIT_DIR="$PWD" && mkdir ../aside && chmod -R u+w objects && mv objects/pack/* ../aside/
            for pack in ../aside/*.pack; do git unpack-objects -q < "$pack"; done; rm -f objects/\(blob.prefix(2))/\(blob.dropFirst(2))
            """)
        #expect(try diff(node.socket, farm.upstream.path).status == 0)
        let outcome = try diff("--full", node.socket, farm.upstream.path)
        #expect(outcome.status == 2 && outcome.difference("P/r")?.class == "claimed-absent", "\(outcome.json)")
        #expect(outcome.difference("P/r")?.reason.contains(blob) == true)
    }

    @Test func nodeAndUpstream_WhatIsNewAndWhatIsDeleted() async throws {
        let farm = try Farm(["P/r", "P/old"], nodes: 1)
        defer { farm.stop() }
        try await farm.start()
        try FileManager.default.removeItem(atPath: farm.upstream.repository("P/old"))
        let extra = try diff(farm.upstream.path, farm.nodes[0].socket)
        #expect(extra.status == 0 && extra.difference("P/old")?.class == "extra" && extra.difference("P/old")?.side == "B")
        try farm.upstream.create("P/new")
        let missing = try diff(farm.upstream.path, farm.nodes[0].socket)
        #expect(missing.status == 1 && missing.difference("P/new")?.class == "missing" && missing.difference("P/new")?.side == "B")
        // A push that the node was not told of, seen with its figures and by hashes alone.
        try farm.upstream.commit("P/r", message: "untold")
        for side in [farm.nodes[0].socket, farm.nodes[0].base] {
            let lagging = try diff(farm.upstream.path, side)
            #expect(lagging.status == 1 && lagging.classes["lagging"] == 1, "\(lagging.json)")
        }
    }

    /// The first look finds a push that the node does not know of, and the second finds it there.
    @Test func whatWasInFlight_IsNoDifferenceAnyMore() async throws {
        let farm = try Farm(["P/r"], nodes: 2)
        defer { farm.stop() }
        try await farm.start()
        let (upstream, nodes, sides) = (farm.upstream, farm.nodes, [farm.upstream.path, farm.nodes[1].socket])
        for side in sides {
            try upstream.commit("P/r", message: "on its way to \(side)")
            if side != upstream.path {
                try nodes[1].notify("P/r")
                try await nodes[1].waitForMirror(["P/r"], of: upstream)
            }
            let comparison = Alongside { _ in
                try Shell().attempt([NodeFixture.binary, "diff", "--json", "--tolerance", "4s", side, nodes[0].socket])
            }
            try await Pace.take(.seconds(2))
            try nodes[0].notify("P/r")
            let ended = try await comparison.end()
            let json = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
            #expect(ended.status == 0, "\(ended.output)")
            #expect(json?["lookedAgain"] as? Int == 1, "\(ended.output)")
        }
    }

    @Test func hashesAlone_AreComparedWithoutAToken_AndEverythingWithIt() async throws {
        let farm = try Farm(["P/r"], nodes: 1)
        defer { farm.stop() }
        let node = farm.nodes[0]
        let token = farm.directory.path + "/token"
        try Data("0123456789abcdef0123456789abcdef\n".utf8).write(to: URL(filePath: token))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
        let text = try String(contentsOfFile: node.configurationPath, encoding: .utf8)
        try text.replacingOccurrences(of: "\"127.0.0.1:\(node.port)\"", with: "\"127.0.0.1:\(node.port)\", admin_token_file: \(token)")
            .write(toFile: node.configurationPath, atomically: true, encoding: .utf8)
        try await farm.start()
        let blind = try diff(node.base, farm.upstream.path)
        #expect(blind.status == 0 && blind.side("a")["objects"] == nil && blind.side("a")["backlog"] != nil)
        #expect((blind.json["notes"] as? [String])?.contains { $0.contains("hashes alone") } == true)
        let seeing = try diff("--token-file", token, node.base, farm.upstream.path)
        #expect(seeing.status == 0 && seeing.side("a")["objects"] as? Int == 9, "\(seeing.json)")
        #expect(try farm.upstream.git("P/r", "count-objects").hasPrefix("9 "))
        try removeObjects(of: "P/r", in: node)
        #expect(try diff("--token-file", token, node.base, farm.upstream.path).status == 2)
        try Data("ffffffffffffffffffffffffffffffff\n".utf8).write(to: URL(filePath: token))
        let refused = try refusal("--token-file", token, node.base, farm.upstream.path)
        #expect(refused.status == 3 && refused.errors.contains("401"))
    }

    @Test func excludedRefs_AreLeftOutOfTheUpstreamToo_WhereTheyAreNamed() async throws {
        let farm = try Farm(["P/r"], nodes: 1, sync: ", refs: { exclude: [refs/pull] }")
        defer { farm.stop() }
        try Shell().run("git", "-C", farm.upstream.path + "/P/r.git", "update-ref", "refs/pull/1/head", "refs/heads/main")
        try await farm.start()
        let node = farm.nodes[0]
        let path = farm.upstream.path
        for side in [[node.socket], ["--exclude", "refs/pull", node.base]] {
            let outcome = try diff(side + [path], tolerance: "0s")
            #expect(outcome.status == 0, "\(side): \(outcome.json)")
        }
        let blind = try diff(node.base, path, tolerance: "0s")
        #expect(blind.status != 0 && blind.classes["equal"] == nil, "\(blind.json)")
        let hashes = try Shell().run(NodeFixture.binary, "hashes", "--exclude", "refs/pull", path)
        #expect(try Shell().attempt([NodeFixture.binary, "diff", "-", node.socket], input: hashes).status == 0)
        #expect(try Shell().attempt([NodeFixture.binary, "hashes", "--exclude", "pull/*", path]).status == 64)
    }

    @Test func savedHashes_FromAFileAndFromAPipe() async throws {
        let farm = try Farm(["P/r", "P/s"], nodes: 1)
        defer { farm.stop() }
        try await farm.start()
        let hashes = try Shell().run(NodeFixture.binary, "hashes", farm.upstream.path)
        let saved = farm.directory.path + "/saved.json"
        try Data(hashes.utf8).write(to: URL(filePath: saved))
        let node = farm.nodes[0]
        #expect(try diff(saved, node.socket).classes == ["equal": 2])
        let words = [NodeFixture.binary, "diff", "-", node.socket]
        #expect(try Shell().attempt(words, input: hashes).status == 0)
        #expect(try Shell().attempt(words, input: String(hashes.dropLast(10))).status == 3)
        let piped = try Shell().attempt(["bash", "-c", "'\(NodeFixture.binary)' diff <(curl -s '\(node.base)/rest/mirroring/latest/repo-hashes') '\(saved)'"])
        #expect(piped.status == 0, "\(piped.errors)")
        try Data(hashes.replacing(/"content":"[0-9a-f]{64}"/, with: "\"content\":\"\(String(repeating: "ab", count: 32))\"").utf8)
            .write(to: URL(filePath: saved))
        #expect(try diff(saved, node.socket, tolerance: "0s").status == 2)
        try Data(hashes.replacing(/"content":"[0-9a-f]{64}"/, with: "\"content\":\"\(String(repeating: "0", count: 40))\"").utf8)
            .write(to: URL(filePath: saved))
        let unknown = try diff(saved, node.socket)
        #expect(unknown.status == 0 && unknown.classes == ["unknown": 2])
    }

    @Test func comparison_ThatCannotBeMade_Is3_AndWrongUsage64_AndConfiguration78() async throws {
        let farm = try Farm(["P/r"], nodes: 2)
        defer { farm.stop() }
        let (node, path) = (farm.nodes[0], farm.upstream.path)
        for side in [node.configurationPath, node.base, farm.directory.path + "/none", "http://127.0.0.1:1"] {
            let ended = try refusal(side, path)
            #expect(ended.status == 3 && ended.errors.hasPrefix("heliostat: could not compare: "), "\(side): \(ended.status) \(ended.errors)")
        }
        for (text, words) in [("{", "cut"), ("{\"projects\":[]} {}", "follows"), ("[" + String(repeating: "[", count: 1_000_000), "JSON")] {
            let file = farm.directory.path + "/bad.json"
            try Data(text.utf8).write(to: URL(filePath: file))
            let ended = try refusal(file, path)
            #expect(ended.status == 3 && ended.errors.contains(words), "\(ended.errors)")
        }
        for words in [["-", "-"], [path], [path, path, path], [path, "ftp://x"], [path, "--tolerance", "soon", path], [path, farm.directory.path + "/work"]] {
            #expect(try Shell().attempt([NodeFixture.binary, "diff"] + words).status == 64, "\(words)")
        }
        try "node: { data: [] }".write(toFile: node.configurationPath, atomically: true, encoding: .utf8)
        #expect(try refusal(node.configurationPath, path).status == 78)
        // Nodes of two upstreams have nothing to do with one another.
        let stranger = try UpstreamFixture(in: farm.directory.path + "/elsewhere")
        try stranger.create("P/r")
        try farm.nodes[1].configure(upstream: stranger.path, extra: "")
        try node.configure(upstream: path, extra: "")
        try await farm.start()
        let strangers = try refusal(node.socket, farm.nodes[1].socket)
        #expect(strangers.status == 3 && strangers.errors.contains("different upstreams"))
        #expect(try Shell().attempt([NodeFixture.binary, "diff", "--help"]).output.contains("claimed-absent"))
    }

    /// Whatever is read while refs move and packs come and go was only read at another moment.
    @Test func readingWhilePushesRun_IsNeverCritical() async throws {
        let names = ["P/a", "P/b", "Q/c"]
        let farm = try Farm(names, nodes: 2, extra: "log: { level: warning }")
        defer { farm.stop() }
        try await farm.start()
        let (upstream, nodes) = (farm.upstream, farm.nodes)
        let pushed = Counter()
        let pushes = Alongside { goesOn in
            while goesOn() {
                let count = pushed.value
                let name = names[count % names.count]
                try upstream.commit(name, branch: count % 2 == 0 ? "main" : "topic-\(count % 7)", message: "push \(count)")
                // One of the two is told of every push, the other of most.
                for node in nodes where node === nodes[0] || count % 4 != 0 { try node.notify(name) }
                pushed.add()
            }
        }
        // A machine that pushes slowly is read for longer.
        var rounds = 0
        while rounds < 4 || (pushed.value <= 5 && rounds < 40) {
            rounds += 1
            for (a, b) in [(nodes[0].socket, nodes[1].socket), (nodes[0].socket, upstream.path), (upstream.path, nodes[1].base)] {
                let outcome = try diff(a, b, tolerance: "1s")
                #expect(outcome.status < 2, "\(outcome.json)")
                #expect(outcome.json["severity"] as? String != "critical")
            }
        }
        try await pushes.end()
        #expect(pushed.value > 5)
        for node in nodes {
            for name in names { try node.notify(name) }
            try await node.waitForMirror(names, of: upstream)
        }
        #expect(try diff(nodes[0].socket, upstream.path).status == 0)
        #expect(try diff(nodes[0].socket, nodes[1].socket).status == 0)
    }
}
