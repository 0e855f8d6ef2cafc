import Foundation
import TestSupport
import Testing

extension Peers {
    /// From a push to a build that has its commit, with the servers that people run and the files in conf/.
    @Suite struct Builds {
        @Test func build_FindsItsCommit_TwoHundredTimes() async throws {
            let names = (0..<4).map { "P/r\($0)" }
            let scene = try Scene(names)
            let builds = try await BuildServer(in: scene.directory.path)
            let copies = try await CopyServer(in: scene.directory.path, serving: scene.node.data + "/repositories")
            try scene.configure(webhooks: ["{ name: builds, url: \"\(builds.url)\", secret_file: \(try scene.secretFile(BuildServer.secret)) }"],
                cloneURL: copies.template)
            try await scene.synchronized()
            #expect(try scene.node.command("webhooks", "test", "builds").status == 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names { group.addTask { try await push(50, to: name, scene, builds) } }
                try await group.waitForAll()
            }
            #expect(builds.found.count == 200 && Set(builds.found).count == 200)
            // The last build may be seen before its delivery is noted.
            try await eventually(within: 20, "200 deliveries at the first attempt") {
                try scene.node.sql("SELECT count(*) FROM delivery WHERE state = 'delivered' AND attempts = 1") == "200"
            }
            #expect(try await scene.node.end() == 0)
        }

        private func push(_ count: Int, to name: String, _ scene: Scene, _ builds: BuildServer) async throws {
            for number in 0..<count {
                let branch = number % 5 == 0 ? "topic-\(number)" : "main"
                let commit = try scene.upstream.commit(name, branch: branch, message: "\(name) \(number)")
                try scene.notify(name)
                try await eventually(within: 20, "a build of \(commit): \(builds.log.suffix(2000))") {
                    builds.found.contains("\(name) refs/heads/\(branch) \(commit)")
                }
            }
        }

        @Test func copies_AreReadOnly_AndShowNothingOfTheNodesOwn() async throws {
            let scene = try Scene()
            let copies = try await CopyServer(in: scene.directory.path, serving: scene.node.data + "/repositories")
            try await scene.synchronized()
            let url = "http://127.0.0.1:\(copies.port)/P/r.git"
            let listed = try Shell().run("git", "ls-remote", url)
            #expect(listed.contains("refs/heads/main") && !listed.contains("refs/heliostat/"))
            try Shell().run("git", "clone", "--quiet", url, scene.directory.path + "/clone")
            let push = try Shell().attempt(["git", "-C", scene.directory.path + "/clone", "push", url, "HEAD:refs/heads/x"])
            #expect(push.status != 0 && push.errors.contains("403"))
            for path in ["config", "HEAD", "objects/info/packs", "git-receive-pack", "../../heliostat.db"] {
                let status = try HTTPCall("\(url)/\(path)", headers: []).status
                #expect(status == 403 || status == 404, "\(path) → \(status)")
            }
        }

        @Test func build_IsRefused_WithAWrongSecret() async throws {
            let scene = try Scene()
            let builds = try await BuildServer(in: scene.directory.path)
            try scene.configure(webhooks: ["{ name: builds, url: \"\(builds.url)\", secret_file: \(try scene.secretFile("another")) }"])
            try await scene.synchronized()
            let test = try scene.node.command("webhooks", "test", "builds")
            #expect(test.status == 1 && test.errors.contains("answered 500"), "\(test.output)\(test.errors)")
            #expect(builds.log.contains("invalid payload signature") && builds.found.isEmpty)
        }
    }
}

extension Scene {
    /// A file with secrets, one a line.
    func secretFile(_ secrets: String...) throws -> String {
        let path = directory.path + "/webhook.secret"
        try secrets.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }

    /// - Parameters:
    ///   - webhooks: each a mapping in YAML.
    ///   - allow: networks.
    ///   - extra: further lines, of the whole configuration.
    func configure(
        webhooks: [String], allow: String = "127.0.0.0/8", keys: String = "", cloneURL: String = "http://git.example.com/{project}/{repository}",
        extra: String = "sync: { interval: 1s }"
    ) throws {
        try node.configure(
            upstream: upstream.path, cloneURL: cloneURL,
            extra: "webhooks: { allow: [\(allow)], \(keys) endpoints: [\(webhooks.joined(separator: ", "))] }\n\(extra)")
    }
}
