import Foundation
import TestSupport
import Testing

extension Farms {
    /// The status page in Chromium. `HELIOSTAT_SCREENSHOTS=DIRECTORY` keeps the pictures of it.
    @Suite struct Page {
        let directory: TemporaryDirectory
        let browser: Browser

        init() throws {
            directory = try TemporaryDirectory()
            browser = try Browser()
        }

        @Test func page_FollowsANode_FromItsFirstSynchronisation() async throws {
            let names = (1...12).map { "web/site-\($0)" }
            let scene = try Scene(names, extra: """
                    sync: { interval: 2s, attempts: 1 }
                    webhooks: { allow: [127.0.0.0/8], endpoints: [{ name: builds, url: "http://127.0.0.1:9/" }] }
                    """)
            let slow = [try HangingObject(scene.upstream, "web/site-3"), try HangingObject(scene.upstream, "web/site-7")]
            try scene.node.start()
            try await scene.node.waitForState("METADATA_SYNCHRONIZED")
            try await eventually("all but the slow ones") {
                try scene.node.get("/rest/mirroring/latest/progress").body.contains(#""syncedRepos":10"#)
            }
            try await check(scene.node, "first-synchronisation", shows: ["METADATA_SYNCHRONIZED", "not ready", "10 of 12", "No copy yet"])

            try await browser.open(scene.node)
            #expect(try await browser.read().title == "METADATA_SYNCHRONIZED, not ready, 10 of 12 repositories – test")
            _ = try await browser.run("(() => { window.kept = 'kept'; document.getElementById('farm-scroll').focus(); return '' })()")
            for object in slow { try object.release() }
            try await browser.wait(for: "Nothing needs a look.")
            let kept = try await browser.run("window.kept + ' ' + document.activeElement.id")
            #expect(kept == "kept farm-scroll", "neither reloaded nor without its focus")
            try await browser.wait(for: "Now SYNCHRONIZED, ready")
            #expect(try await browser.read().said == [])

            try scene.upstream.commit("web/site-1", message: "nobody takes the news of this one")
            try scene.notify("web/site-1")
            try scene.script("echo nonsense > \"$GIT_DIR/HEAD\"", in: "web/site-7")
            try await browser.wait(for: "Quarantined repositories")
            try await check(scene.node, "quarantined", shows: ["web/site-7", "quarantined", "corrupt", "builds", "No answer"])

            try await readsWithoutScript(scene.node)
            try await survivesItsNode(scene)
        }

        private func readsWithoutScript(_ node: NodeFixture) async throws {
            try await browser.open(node, as: "plain", scripts: false)
            let plain = try await browser.read("plain").text
            for text in ["SYNCHRONIZED", "Reload the page", "web/site-7", "Farm", "Runs", "Webhooks", "Timers"] {
                #expect(plain.contains(text), "\(text)")
            }
        }

        private func survivesItsNode(_ scene: Scene) async throws {
            scene.node.kill()
            try await lookAgain()
            try await browser.wait(for: "Not answering since")
            let top = "(() => { scrollTo(0, 1e6); return String(document.getElementById('contact').getBoundingClientRect().top >= 0) })()"
            #expect(try await browser.run(top) == "true", "it is seen at the end of the page too")
            let seen = try await browser.read()
            #expect(seen.text.contains("web/site-7"), "what was there stays")
            #expect(seen.asked.count < 30, "asked too often: \(seen.asked.count)")
            try scene.node.start()
            try await scene.node.waitForState("SYNCHRONIZED")
            try await lookAgain()
            try await eventually(within: 40, "the page is live again") {
                try await browser.run("document.getElementById('contact').className") == ""
            }
        }

        /// As when its tab is turned to.
        private func lookAgain() async throws {
            _ = try await browser.run("(() => { document.dispatchEvent(new Event('visibilitychange')); return '' })()")
        }

        /// Markup that found its way into the page would neither run nor load anything. It also proves that a violation would be noticed.
        @Test func policy_StopsWhatIsNotOurs() async throws {
            let scene = try Scene()
            try await scene.synchronized()
            try await browser.open(scene.node)
            #expect(try await browser.read().said == [])
            let tried = """
                (() => {
                  const script = document.createElement('script'); script.textContent = 'window.evil = 1'; document.body.append(script);
                  const image = document.createElement('img'); image.src = '/status'; document.body.append(image);
                  document.body.setAttribute('style', 'color: red');
                  return String(window.evil) + getComputedStyle(document.body).color;
                })()
                """
            #expect(try await browser.run(tried) == "undefinedrgb(22, 25, 29)")
            let said = try await browser.read().said.filter { $0.contains("Content Security Policy") }
            #expect(said.count >= 3, "\(said)")
            #expect(try await browser.read().asked.allSatisfy { $0 == "GET \(scene.node.base)/" })
        }

        @Test func page_IsLive_ForWhoeverHasTheToken() async throws {
            let scene = try Scene()
            let (file, token) = (directory.path + "/token", "0123456789abcdef0123456789abcdef")
            try Data(token.utf8).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            scene.node.http = ", token_file: \(file)"
            try scene.node.configure(upstream: scene.upstream.path, extra: "")
            try scene.node.start()
            try await scene.node.waitForState("SYNCHRONIZED")
            #expect(try HTTPCall(scene.node.base + "/", headers: ["Accept: text/html"]).status == 401)
            try await browser.open(scene.node, password: token)
            try await lookAgain()
            try await eventually("it has asked again") { try await browser.read().asked.filter { $0 == "GET \(scene.node.base)/" }.count > 1 }
            #expect(try await browser.read().text.contains("SYNCHRONIZED"))
            #expect(try await browser.run("document.getElementById('contact').textContent") == "Live: every 5 seconds")
        }

        @Test func page_TellsAFarm_AndThatItsRedisIsLost() async throws {
            let farm = try await FarmScene(["web/site", "web/docs", "data/warehouse"], interval: "3s")
            try await farm.start()
            let commit = try farm.push("web/site")
            try await eventually("the push is told") { farm.event(of: commit) != nil }
            try await browser.open(farm.nodes[0])
            try await browser.wait(for: "request.synchronize.cycle-time")
            let nodes = ["mirror-1", "mirror-2", "mirror-3", "this node", "3 nodes at Redis"]
            try await check(farm.nodes[0], "healthy-farm", shows: ["SYNCHRONIZED", "ready", "ci"] + nodes)
            farm.redis.kill()
            try await browser.wait(for: "Alone, Redis is lost", within: 60)
            let told = ["SYNCHRONIZED", "ready", "mirror-2", "alone since then", "nothing has to be restarted"]
            try await check(farm.nodes[0], "redis-lost", shows: told)
            #expect(try await browser.read().said == [])
        }

        private func check(_ node: NodeFixture, _ name: String, shows texts: [String]) async throws {
            try await browser.open(node, as: name)
            // Parts of the page are counted every few seconds, each at its own time.
            for text in texts { try await browser.wait(for: text, in: name) }
            let look = try await browser.look(at: node, as: name, in: directory)
            #expect(look.said == [], "\(name)")
            #expect(look.asked.allSatisfy { $0 == "GET \(node.base)/" }, "\(look.asked)")
            #expect(look.overflow.count == 4 && look.overflow.values.allSatisfy { $0 <= 0 }, "\(name): \(look.overflow)")
            #expect(look.violations == [], "\(name)")
            #expect(look.checked > 100, "axe-core held the page against \(look.checked) rules")
        }
    }
}
