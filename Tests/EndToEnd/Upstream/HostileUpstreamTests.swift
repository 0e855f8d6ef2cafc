import Foundation
import TestSupport
import Testing

extension Peers {
    /// Upstreams that mean harm, spoken to by real git. `HELIOSTAT_SCALE` makes them larger: 25 is half a million refs and a gigabyte of
    /// words.
    @Suite struct HostileUpstream {
        private static let scale = ProcessInfo.processInfo.environment["HELIOSTAT_SCALE"].flatMap { Int($0) } ?? 1
        /// Of the node; what it needs with a few repositories, the debug build, and a copy of the largest list of refs.
        private static let enough = 400 + 60 * scale

        private func measured(_ what: String, _ hostile: HostileScene, child: Int, since start: ContinuousClock.Instant) throws {
            let seconds = (ContinuousClock.now - start).components.seconds
            let disk = try hostile.diskMegabytes
            print("hostile: \(what): \(seconds) s, node \(hostile.peakMegabytes) MiB, git \(child) MiB, disk \(disk) MiB")
        }

        // MARK: Refs

        @Test(arguments: ["unborn", "v0-unborn", "misled", "v0-misled"])
        func headThatLeadsOutside_IsNotFollowed(situation: String) async throws {
            let hostile = try await HostileScene(situation)
            try await hostile.scene.synchronized()
            let copy = hostile.node.copy(HostileScene.name)
            let tip = try hostile.upstream.git(HostileScene.name, "rev-parse", "main")
            #expect(try Shell().run("git", "--git-dir", copy, "rev-parse", "HEAD") == tip)
            let head = try String(contentsOfFile: copy + "/HEAD", encoding: .utf8)
            #expect(!head.contains(".."), "\(head)")
            #expect(try hostile.node.contentHashes().values.contains(UpstreamFixture.contentHash(of: copy)))
            let outside = FileManager.default.enumerator(atPath: hostile.scene.directory.path)?.compactMap { $0 as? String } ?? []
            #expect(outside.count > 10 && !outside.contains { $0.hasSuffix("/x") || $0.hasSuffix("/x.lock") })
            try await hostile.neighbourFollows()
            #expect(try await hostile.node.end() == 0)
            try hostile.node.expectCleanDisk([HostileScene.name])
        }

        @Test(arguments: ["many", "v0-many"])
        func refsByTheHundredThousand_AreMirrored_WithinBounds(situation: String) async throws {
            let count = 20_000 * Self.scale
            let hostile = try await HostileScene("\(situation),\(count)")
            let start = ContinuousClock.now
            var child = 0
            try hostile.node.start()
            try await hostile.wait(within: 60 + 10 * Double(Self.scale), "the copy") {
                child = max(child, hostile.childMegabytes)
                // Not yet listening, at first; then always.
                if hostile.node.status() == nil, hostile.served > 1 { throw NeverHappened("an answer of /status") }
                return hostile.node.state == "SYNCHRONIZED"
            }
            try measured("\(count) refs, \(situation)", hostile, child: child, since: start)
            let copy = hostile.node.copy(HostileScene.name)
            #expect(try Shell().run("sh", "-c", "git --git-dir '\(copy)' for-each-ref | wc -l") == "\(count + 1)")
            #expect(try hostile.node.contentHashes().values.contains(UpstreamFixture.contentHash(of: copy)))
            try await hostile.neighbourFollows()
            // And away with them.
            try await hostile.recovers(within: 60 + 10 * Double(Self.scale))
            #expect(Patience.allows(hostile.peakMegabytes, below: Self.enough), "\(hostile.peakMegabytes) MiB")
            try measured("\(count) refs gone again, \(situation)", hostile, child: child, since: start)
            #expect(try await hostile.node.end() == 0)
            try hostile.node.expectCleanDisk([HostileScene.name])
        }

        @Test(arguments: ["endless", "v0-endless"])
        func listWithoutEnd_IsGivenUp_AtTheLimitOfMemory(situation: String) async throws {
            let hostile = try await HostileScene(situation, sync: ", max_memory: 64MiB")
            let start = ContinuousClock.now
            var child = 0
            try hostile.node.start()
            try await hostile.wait(within: 60, "it is given up") {
                child = max(child, hostile.childMegabytes)
                return hostile.node.state == "SYNCHRONIZED"
            }
            try measured("a list without end, \(situation)", hostile, child: child, since: start)
            #expect(try hostile.isTold("rejected"), "\(hostile.node.log.suffix(2000))")
            #expect(hostile.node.log.contains("more than sync.max_memory allows"))
            #expect(child < 64 + 32 && Patience.allows(hostile.peakMegabytes, below: Self.enough))
            try await hostile.neighbourFollows()
            try await hostile.recovers()
        }

        @Test(arguments: ["odd", "v0-odd"])
        func refsWithImpossibleNames_AreLeftOut_AndTheRestIsMirrored(situation: String) async throws {
            let hostile = try await HostileScene(situation)
            try await hostile.scene.synchronized()
            let copy = hostile.node.copy(HostileScene.name)
            let listed = try Shell().run("git", "--git-dir", copy, "for-each-ref", "--format=%(refname)").split(separator: "\n")
            // In protocol 2 a space ends the name.
            let cut = situation == "odd" ? ["refs/heads/sp"] : []
            let long = "refs/heads/" + String(repeating: "l", count: 300)
            let names = ["refs/heads/-x", "refs/heads/bad\u{FFFD}", "refs/heads/fé", long, "refs/heads/main"] + cut
            #expect(Set(listed.map(String.init)) == Set(names), "\(listed)")
            #expect(try hostile.node.contentHashes().values.contains(UpstreamFixture.contentHash(of: copy)))
            #expect(!hostile.node.log.utf8.contains { $0 < 0x20 && $0 != 0x0A })
            try await hostile.neighbourFollows()
            #expect(try await hostile.node.end() == 0)
            try hostile.node.expectCleanDisk([HostileScene.name])
        }

        @Test(arguments: ["twice", "v0-twice"])
        func refToldTwice_IsRefused(situation: String) async throws {
            let hostile = try await HostileScene(situation)
            try await hostile.scene.synchronized()
            #expect(try hostile.isTold("rejected"))
            #expect(!hostile.scene.hasCopy(HostileScene.name))
            try await hostile.neighbourFollows()
            try await hostile.recovers()
        }

        @Test(arguments: ["garbage", "v0-garbage"])
        func garbageAfterTheRefs_HurtsNobodyElse(situation: String) async throws {
            let hostile = try await HostileScene(situation)
            try await hostile.scene.synchronized()
            try await hostile.neighbourFollows()
            #expect(!hostile.node.log.utf8.contains { $0 < 0x20 && $0 != 0x0A })
            try await hostile.recovers()
        }

        // MARK: Packs

        @Test(arguments: [("stall", "no_progress"), ("v0-drip,0.3", "no_progress"), ("drip,0.0005", "deadline")])
        func packThatDoesNotEnd_IsEndedByTheLimits_AndArrivesOnceItDoes(situation: String, reason: String) async throws {
            let limits = ", no_progress: 2s, total: 4s, first_copy_total: 4s"
            let hostile = try await HostileScene(situation, megabytes: 2, sync: limits, attempts: 2)
            try hostile.behave(true)
            try await hostile.scene.synchronized()
            try await hostile.arrives()
            try hostile.behave(false)
            // In the copy itself this time.
            try hostile.upstream.commitNoise(HostileScene.name, megabytes: 2)
            let before = try UpstreamFixture.contentHash(of: hostile.node.copy(HostileScene.name))
            try hostile.scene.notify(HostileScene.name)
            try await hostile.wait(within: 10, "it hangs with most of the pack") { !hostile.node.leftovers.isEmpty }
            try await hostile.neighbourFollows()
            try await hostile.wait(within: 20, "it is ended") { hostile.node.log.contains("\"reason\":\"\(reason)\"") }
            try await hostile.wait("nothing of it lives or lies about") { hostile.node.children.isEmpty && hostile.node.leftovers.isEmpty }
            #expect(try UpstreamFixture.contentHash(of: hostile.node.copy(HostileScene.name)) == before)
            let connections = hostile.served
            try await hostile.wait(within: 30, "it is tried again") { hostile.served > connections }
            #expect(hostile.node.status()?.code == 200)
            try await hostile.recovers(within: 40)
            #expect(try await hostile.node.end() == 0)
            try hostile.node.expectCleanDisk([HostileScene.name])
        }

        @Test func packThatIsCutShort_MovesNothing_AndArrivesNextTime() async throws {
            let hostile = try await HostileScene("cut", megabytes: 2)
            try await hostile.scene.synchronized()
            try await hostile.wait("nothing lies about between two attempts") { hostile.node.leftovers.isEmpty }
            #expect(!hostile.scene.hasCopy(HostileScene.name))
            try await hostile.neighbourFollows()
            try await hostile.recovers(within: 30)
        }

        /// A pack of kilobytes with an object of gigabytes; and one that is as large as it looks.
        @Test(arguments: [
            ("delta,\(1024 * scale)", "max_memory"), ("v0-delta,\(1024 * scale)", "max_memory"), ("noise,64", "max_pack"),
        ])
        func bomb_IsRejected_AtItsLimit_AndLeavesNothing(situation: String, limit: String) async throws {
            let hostile = try await HostileScene(situation, sync: ", max_memory: 256MiB, max_pack: 16MiB")
            let start = ContinuousClock.now
            var child = 0
            try hostile.node.start()
            try await hostile.wait(within: 60, "it is given up") {
                child = max(child, hostile.childMegabytes)
                return hostile.node.state == "SYNCHRONIZED"
            }
            try measured(situation, hostile, child: child, since: start)
            let trouble = try #require(try hostile.scene.trouble(of: HostileScene.name))
            #expect(trouble.reason == "rejected" && trouble.message.contains("more than sync.\(limit) allows"), "\(trouble)")
            #expect(trouble.status == "quarantined")
            #expect(child < 256 + 64, "\(child) MiB")
            try await hostile.neighbourFollows()
            try await hostile.wait("the disk is free again") { try hostile.node.leftovers.isEmpty && hostile.diskMegabytes < 8 }
            #expect(Patience.allows(hostile.peakMegabytes, below: Self.enough))
            try await hostile.recovers()
        }

        /// No harm: what git does not have to unfold stays small.
        @Test func gigabytesOfZeros_AreMirrored_InLittleMemory() async throws {
            let hostile = try await HostileScene("zeros,\(768 * Self.scale)", sync: ", max_memory: 256MiB")
            let start = ContinuousClock.now
            var child = 0
            try hostile.node.start()
            try await hostile.wait(within: 60 + 10 * Double(Self.scale), "the copy") {
                child = max(child, hostile.childMegabytes)
                return hostile.node.state == "SYNCHRONIZED"
            }
            try measured("\(768 * Self.scale) MiB of zeros", hostile, child: child, since: start)
            try await hostile.arrives()
            #expect(child < 256 + 64 && Patience.allows(hostile.peakMegabytes, below: Self.enough))
        }

        @Test func floodOfWords_IsNeitherKeptNorShown() async throws {
            let hostile = try await HostileScene("flood,\(40 * Self.scale)")
            let start = ContinuousClock.now
            try await hostile.scene.synchronized(within: 60)
            try await hostile.neighbourFollows()
            try await hostile.arrives()
            try measured("\(40 * Self.scale) MiB of progress", hostile, child: 0, since: start)
            #expect(Patience.allows(hostile.peakMegabytes, below: Self.enough))
            #expect(!hostile.node.log.utf8.contains { $0 < 0x20 && $0 != 0x0A } && !hostile.node.log.contains("owned"))
        }

        // MARK: Between the refs and the pack

        @Test(arguments: [
            "git update-ref -d refs/heads/topic; git prune --expire=now",
            "git update-ref refs/heads/topic $(git commit-tree main^{tree} -m forced); git prune --expire=now",
        ], ["race", "v0-race"])
        func refThatMovesUnderTheFetch_IsNoFailure(script: String, situation: String) async throws {
            let hostile = try await HostileScene(situation, interval: "1h") // a look of its own might see what is gone soon
            let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
            let endpoint = "{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"
            try hostile.node.append("webhooks: { allow: [127.0.0.0/8], endpoints: [\(endpoint)] }")
            try await hostile.scene.synchronized()
            let gone = try hostile.upstream.commit(HostileScene.name, branch: "topic", message: "soon gone")
            let stays = try hostile.upstream.commit(HostileScene.name, message: "stays")
            let somebody = "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b; "
            try hostile.beforeThePack(somebody + script)
            try hostile.scene.notify(HostileScene.name)
            try await hostile.wait("the race was run") { hostile.wasRaced }
            try await hostile.arrives()
            try await hostile.wait("it is told") {
                try receiver.requests.contains { try Announcement($0).repository == HostileScene.name }
            }
            let told = try receiver.requests.map(Announcement.init).flatMap { $0.changes.values.map(\.to) }
            #expect(told.contains(stays) && !told.contains(gone))
            #expect(!hostile.node.log.contains("synchronisation failed"), "\(hostile.node.log.suffix(3000))")
            #expect(try await hostile.node.end() == 0)
            try hostile.node.expectCleanDisk([HostileScene.name])
        }
    }
}
