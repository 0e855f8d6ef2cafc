import Foundation
import Glibc
@testable import HelioGit
import HelioNode
import TestSupport
import Testing

@Suite struct URLTests {
    @Test(arguments: [
        "ext::sh -c id", "ext::sh%20-c", "file:///etc", "/etc", "ssh://-oProxyCommand=id/x", "ssh://u@-oProxyCommand=id/x", "--upload-pack=id",
        "https://u:p@host/x", "https://u@host/x", "ssh://u:p@host/x", "https://host/x\n", "https://host/x%0ay", "https://host/%0D", "https://host/x%00",
        "https://host", "https://host/", "https:///x", "git@host:x", "http://ho st/x", "https://host:99999/x", "https://host:x/x", "https://ho%2fst/x",
        "ssh://host/-x", "https://host/x?y", "https://host/x#y", "fd::17/foo", "https://hé/x", "",
        "https://[/x", "https://[]/x", "https://[::1]h/x", "https://[::g]/x", "https://a[b]/x", "https://.h/x", "https://h:/x", "https://h:+80/x", "https://h:0/x",
        "https://::1/x", "ssh://@h/x", "ssh://`id`@h/x", "ssh://a@b@h/x", "https://\(String(repeating: "h", count: 254))/x",
    ])
    func dangerousURLs_AreRefused(_ text: String) {
        let failure = #expect(throws: Failure.self) { _ = try UpstreamURL(text) }
        #expect(failure?.reason == .rejected)
        #expect(throws: Failure.self) { try URLUpstream.check(text) }
    }

    @Test(arguments: [
        ("https://Example.org/a/b.git", "example.org", "https"), ("ssh://git@host:2222/x", "host", "ssh"),
        ("git://[::1]:9418/x", "[::1]", "git"), ("http://127.0.0.1:80/~u/x%20y", "127.0.0.1", "http"),
    ])
    func plainURLs_AreTaken(_ text: String, _ host: String, _ scheme: String) throws {
        let url = try UpstreamURL(text)
        #expect(url.host == host && url.scheme == scheme && url.text == text)
        try URLUpstream.check(text)
    }

    @Test func list_ReportsRefusedEntriesAndKeepsTheOthers() async throws {
        let farm = try Farm()
        let upstream = try URLUpstream([
            .init(project: "P", slug: "good", url: "https://host/x"), .init(project: "P", slug: "bad", url: "ext::sh"),
            .init(project: "P", slug: "..", url: "https://host/y"),
        ], git: farm.git)
        let listing = try await upstream.list()
        #expect(listing.repositories.map { "\($0.repository.name)" } == ["P/good"] && listing.repositories[0].content == nil)
        #expect(listing.rejected.map(\.path) == ["P/bad", "P/.."])
        // It stands in the list, so a copy of it is not one of a repository that has gone.
        #expect(Array(listing.unseen) == ["P/bad"])
        let known = try await repository("bad", try URLUpstream([.init(project: "P", slug: "bad", url: "https://host/x")], git: farm.git))
        let failure = #expect(throws: Failure.self) { _ = try upstream.source(of: known) }
        #expect(failure?.reason == .rejected)
        let good = URLUpstream.Entry(project: "P", slug: "a", url: "https://host/x")
        #expect(throws: Failure.self) { _ = try URLUpstream([good, good], git: farm.git) }
        var named = good
        named.credentials = "nobody"
        #expect(throws: Failure.self) { _ = try URLUpstream([named], git: farm.git) }
    }

    @Test func gitDaemon_IsMirroredBesideADeadHost() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("git init -q --bare up/P/empty.git && git --git-dir=up/P/empty.git symbolic-ref HEAD refs/heads/trunk")
        let daemon = try GitDaemon(serving: farm.upstreamRoot)
        defer { daemon.stop() }
        let upstream = try URLUpstream([
            .init(project: "P", slug: "r", url: "git://127.0.0.1:\(daemon.port)/P/r.git"),
            .init(project: "P", slug: "empty", url: "git://127.0.0.1:\(daemon.port)/P/empty.git"),
            .init(project: "P", slug: "none", url: "git://127.0.0.1:\(daemon.port)/P/none.git"),
            .init(project: "P", slug: "dead", url: "git://127.0.0.1:1/P/r.git"),
        ], git: farm.git)
        // Refused until it listens.
        try await eventually(within: 40, "the daemon answers") { (try? await upstream.refs(of: self.repository("r", upstream))) != nil }
        #expect(try await sync("r", upstream, farm) == nil)
        #expect(try await farm.isMirrored("P/r"))
        #expect(try await sync("dead", upstream, farm) == .connection)
        #expect(try await sync("none", upstream, farm) == .notFound)
        // An unborn HEAD is not told over a URL: it stays at the last known one, at first main.
        #expect(try await upstream.refs(of: self.repository("empty", upstream)).head == nil)
        #expect(try await sync("empty", upstream, farm) == nil)
        #expect(try await farm.copies.snapshot(of: try RepositoryName("P/empty"))?.head == .symbolic(.main))
        try farm.sh("cd work/P/r && echo 2 > file && git commit -qam 2 && git push -q origin HEAD:main")
        #expect(try await sync("r", upstream, farm) == nil)
        #expect(try await farm.isMirrored("P/r"))
    }

    private func repository(_ slug: String, _ upstream: URLUpstream) async throws -> Repository {
        try #require(try await upstream.find(try RepositoryName(project: "P", slug: ByteString(slug)))).repository
    }

    private func sync(_ slug: String, _ upstream: URLUpstream, _ farm: Farm) async throws -> FailureReason? {
        do {
            if case .change(let change, let staged) = try await farm.copies.prepare(
                repository(slug, upstream), upstream: upstream, lastKnownHead: nil) { try await farm.copies.apply(change, staged: staged) }
            return nil
        } catch let failure as Failure {
            return failure.reason
        }
    }

    @Test func hostGate_LetsOnlySoManyIn() async throws {
        let gate = HostGate(limit: 2)
        let most = Highest()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await gate.run { () async throws(Failure) in
                        await most.enter()
                        await Task.yield()
                        await most.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await most.highest == 2)
    }

    @Test func hostGate_LetsHighPriorityPassAndLowOnesNotStarve() async throws {
        let gate = HostGate(limit: 1)
        let release = AsyncStream<Void>.makeStream()
        let order = Order()
        let holder = Task { try await gate.run { () async throws(Failure) in for await _ in release.stream { break } } }
        try await eventually("the holder is in") { await gate.isFull }
        var tasks: [Task<Void, any Error>] = []
        for (count, priority) in ([RequestPriority.low, .low, .low] + Array(repeating: .high, count: 10)).enumerated() {
            tasks.append(Task { try await gate.run(priority: priority) { () async throws(Failure) in await order.note(priority) } })
            try await eventually("it waits") { await gate.queued == count + 1 }
        }
        release.continuation.yield()
        try await holder.value
        for task in tasks { try await task.value }
        let expected: [RequestPriority] = Array(repeating: .high, count: 8) + [.low, .high, .high, .low, .low]
        #expect(await order.all == expected)
    }

    @Test func priority_ReachesTheGate() async throws {
        let repository = try await URLUpstream([.init(project: "P", slug: "r", url: "git://127.0.0.1:1/r")], git: Farm().git).list().repositories[0].repository
        let probe = Probe()
        _ = try await probe.refs(of: repository, priority: .low)
        _ = try await probe.refs(of: repository)
        #expect(await probe.order.all == [.low, .high])
    }

    @Test func hostGate_RefusesEverybodyDuringAPauseAndNobodyAfterIt() async throws {
        let gate = HostGate(limit: 1)
        await gate.pause(for: .seconds(3600 * 24))
        let failure = await #expect(throws: Failure.self) { try await gate.run { () async throws(Failure) in } }
        #expect(failure?.reason == .connection)
        let asked = try #require(failure?.retryAfter)
        #expect(asked > .seconds(3500) && asked <= .seconds(3600))
        let other = HostGate(limit: 1)
        await other.pause(for: .milliseconds(50))
        // Refused until then.
        try await eventually("the pause is over") { (try? await other.run { () async throws(Failure) in }) != nil }
    }

    /// 503 for one repository is that repository's, for two in a row the host's, as 429 always is.
    @Test func hostGate_IsClosedByNoSingleRepository() async throws {
        let gate = HostGate(limit: 1)
        for _ in 0..<3 { #expect(await gate.refused(.unavailable, of: "a", pause: .seconds(60)) == false) }
        #expect(await gate.refused(.unavailable, of: "b", pause: .seconds(60)))
        let failure = await #expect(throws: Failure.self) { try await gate.run { () async throws(Failure) in } }
        #expect(failure?.isOfHost == true)
        let lively = HostGate(limit: 1)
        await lively.answered()
        for location in ["a", "b"] { #expect(await lively.refused(.unavailable, of: location, pause: .seconds(60)) == false) }
        try await lively.run { () async throws(Failure) in }
        #expect(await HostGate(limit: 1).refused(.tooManyRequests, of: "a", pause: .seconds(60)))
    }

    @Test(arguments: [429, 503]) func hostThatAsksForAPause_IsNotAskedAgain(_ code: Int) async throws {
        let scripts = try TemporaryDirectory()
        let program = scripts.path + "/git"
        let script = "#!/bin/sh\necho x >> \(scripts.path)/asked\necho \"fatal: unable to access 'http://h/x/': The requested URL returned error: \(code)\" >&2\nexit 128\n"
        try script.write(toFile: program, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let farm = try Farm { $0.program = program }
        let upstream = try URLUpstream([.init(project: "P", slug: "a", url: "http://h/a"), .init(project: "P", slug: "b", url: "http://h/b")], git: farm.git)
        for slug in ["a", "b", "a"] {
            let repository = try await repository(slug, upstream)
            let failure = await #expect(throws: Failure.self) { _ = try await upstream.refs(of: repository) }
            #expect(failure?.reason == .connection)
            let asked = try #require(failure?.retryAfter)
            #expect(asked > .seconds(30) && asked <= .seconds(60))
        }
        // 503 may be one repository's; of two, it is the host's.
        #expect(try String(contentsOfFile: scripts.path + "/asked", encoding: .utf8) == (code == 429 ? "x\n" : "x\nx\n"))
    }

    private struct Probe: Upstream {
        let order = Order()
        let fingerprint = ""
        func list() async throws(Failure) -> Listing { Listing(repositories: []) }
        func find(_ name: RepositoryName) async throws(Failure) -> ListedRepository? { nil }
        func source(of repository: Repository) throws(Failure) -> FetchSource { FetchSource(directory: "/") }
        func refs(of repository: Repository) async throws(Failure) -> UpstreamRefs {
            await order.note(.current)
            return UpstreamRefs(format: nil, refs: [], head: nil)
        }
    }

    @Test func hostGate_LetsACancelledOneGo() async throws {
        let gate = HostGate(limit: 1)
        let release = AsyncStream<Void>.makeStream()
        let holder = Task { try await gate.run { () async throws(Failure) in for await _ in release.stream { break } } }
        let waiter = Task { try await gate.run { () async throws(Failure) in } }
        waiter.cancel()
        let failure = await #expect(throws: Failure.self) { try await waiter.value }
        #expect(failure?.reason == .cancelled)
        release.continuation.yield()
        try await holder.value
        try await gate.run { () async throws(Failure) in }
    }

    @Test func askpass_ReadsTheTokenFileAndNothingElseCarriesTheSecret() async throws {
        let farm = try Farm()
        let environment = try environment("https://host/x", farm)
        #expect(!environment.values.contains { $0.contains("hunter2") })
        let askpass = try #require(environment["GIT_ASKPASS"])
        #expect(try farm.sh("'\(askpass)' \"Username for 'https://host': \"", environment: environment) == "bot\n")
        #expect(try farm.sh("'\(askpass)' \"Password for 'https://bot@host': \"", environment: environment) == "hunter2\n")
        #expect(try farm.sh("'\(askpass)' 'Enter passphrase' || echo refused", environment: environment) == "refused\n")
        #expect(try farm.sh("stat -c %a '\(askpass)'").trimmed == "700")
    }

    /// In git's words for a proxy, for another host or port, for a certificate's key.
    @Test(arguments: [
        "Password for 'http://alice@proxy:3128': ", "Password for 'http://host@proxy:3128': ", "Password for 'https://bot@ahost': ",
        "Password for 'https://bot@host:444': ", "Password for 'https://bot@host.example': ", "Password for 'cert:///key.pem': ",
        "Password: ",
    ])
    func askpass_AnswersNobodyElse(_ question: String) async throws {
        let farm = try Farm()
        for url in ["https://host/x", "https://host:443/x"] {
            let environment = try environment(url, farm)
            let askpass = try #require(environment["GIT_ASKPASS"])
            #expect(try farm.sh("'\(askpass)' \"\(question)\" || echo refused", environment: environment) == "refused\n")
        }
    }

    @Test(arguments: [
        ("https://my_host:8443/x", "https://bot@my_host:8443"), ("https://my_host:8443/x", "https://bot@my%5Fhost:8443"),
        ("http://[::1]:80/x", "http://bot@[::1]:80"), ("https://Host/x", "https://b%40t@Host"), ("https://host/x/@y", "https://b@t@host"),
    ])
    func askpass_KnowsTheUpstream_HoweverGitWritesIt(_ url: String, _ asked: String) async throws {
        let farm = try Farm()
        let environment = try environment(url, farm)
        let askpass = try #require(environment["GIT_ASKPASS"])
        #expect(try farm.sh("'\(askpass)' \"Password for '\(asked)': \"", environment: environment) == "hunter2\n")
    }

    /// Of a git that fetches from `url`, with a token file whose first line is `hunter2`.
    private func environment(_ url: String, _ farm: Farm) throws -> [String: String] {
        try farm.sh("printf 'hunter2\\r\\nold\\n' > token")
        let credentials = GitCredentials(username: "bot", tokenFile: farm.root + "/token")
        let source = FetchSource(location: url, scheme: "https", credentials: credentials, trusted: nil, gate: nil)
        return try farm.git.environment(for: source, config: "c")
    }

    @Test func ssh_IsStrictAndAsksNothing() async throws {
        let farm = try Farm { $0.ssh = GitSSH(keyFile: "/keys/it's", knownHostsFile: "/keys/known hosts") }
        let source = FetchSource(location: "ssh://host/x", scheme: "ssh", credentials: nil, trusted: nil, gate: nil)
        let environment = try farm.git.environment(for: source, config: "c")
        let command = try #require(environment["GIT_SSH_COMMAND"])
        let words = try farm.sh("for w in \(command); do echo \"$w\"; done").split(separator: "\n")
        #expect(words.contains("-oBatchMode=yes") && words.contains("-oStrictHostKeyChecking=yes") && words.contains("/keys/it's"))
        #expect(words.contains("-oUserKnownHostsFile=\"/keys/known hosts\""))
    }

    @Test func protocols_OtherThanTheSourcesAreRefusedByGitToo() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        var command = GitCommand(["ls-remote", "--", farm.upstreamRoot + "/P/r.git"], total: .seconds(30))
        command.source = FetchSource(location: "x", scheme: "https", credentials: nil, trusted: nil, gate: nil)
        let result = try await farm.git.run(command)
        let failure = #expect(throws: Failure.self) { _ = try result.checked() }
        #expect(failure?.reason == .rejected)
    }

    private actor Order {
        private(set) var all: [RequestPriority] = []
        func note(_ priority: RequestPriority) { all.append(priority) }
    }

    private actor Highest {
        private var now = 0
        private(set) var highest = 0
        func enter() { now += 1; highest = max(highest, now) }
        func leave() { now -= 1 }
    }
}

/// A real git daemon on a free loopback port.
final class GitDaemon {
    let port: UInt16
    private let process: pid_t

    init(serving root: String) throws {
        // git daemon cannot tell which port it took, so a free one is looked up first.
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, length)
                _ = getsockname(socket, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        close(socket)
        process = try Shell.spawn(
            ["/usr/lib/git-core/git-daemon", "--export-all", "--listen=127.0.0.1", "--port=\(port)", "--base-path=\(root)", "--reuseaddr", root],
            Shell.git, output: "/dev/null")
    }

    func stop() {
        kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }
}
