import TestSupport
import Testing

@testable import HelioDaemon

struct NodeClientTests {
    private static let accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 13\r\n\r\n{\"run\":\"r-7\"}"

    @Test func sync_AsksForExactlyThat() throws {
        let directory = try TemporaryDirectory()
        let peer = Peer(.answers(Self.accepted), path: directory.path + "/heliostat.sock")
        let node = Administration(NodeClient(.socket(directory.path + "/heliostat.sock"), timeout: .seconds(5)))
        #expect(try node.sync(.everything, acceptDeletions: false) == "r-7")
        #expect(try node.sync(.project("P"), acceptDeletions: true) == "r-7")
        #expect(try node.sync(.init(repository: "P/a"), acceptDeletions: false) == "r-7")
        let bodies = peer.requests.map { $0.split(separator: "\r\n\r\n", maxSplits: 1).last ?? "" }
        #expect(bodies == ["{}", "{\"acceptDeletions\":true,\"project\":\"P\"}", "{\"repository\":\"P/a\"}"])
        #expect(
            peer.requests.first == """
                POST /admin/sync HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Accept: application/json\r
                Content-Type: application/json\r
                Content-Length: 2\r
                \r
                {}
                """)
    }

    @Test func refusal_IsShownInTheNodesWords() throws {
        let answer = "{\"errors\":[{\"context\":null,\"message\":\"no such\\u001b repository\",\"exceptionName\":null}]}"
        let peer = Peer(.answers("HTTP/1.1 404 Not Found\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)"))
        let node = Administration(NodeClient(.tcp(host: "127.0.0.1", port: peer.port), timeout: .seconds(5)))
        let error = #expect(throws: AdministrationError.self) { try node.run("../x y") }
        #expect(error?.description == "the node answered 404: no such\u{FFFD} repository")
        #expect(peer.requests.first?.hasPrefix("GET /admin/runs/%2E%2E%2Fx%20y HTTP/1.1\r\n") == true)
    }

    @Test func overview_IsDecoded() throws {
        let json = """
            {"node":"mirror-1","version":"0.1.0","state":"SYNCHRONIZED","stateSince":"2026-01-02T03:04:05Z","stateSeconds":12.5,"status":200,\
            "ready":true,"reasons":[{"rule":"a","actual":"b","limit":"c","remedy":"d"}],"draining":null,"lagSeconds":0,\
            "lastUpstreamContactSeconds":1.5,"discovering":false,"repositories":{"total":3,"synchronized":2,"behind":1,"quarantined":0,\
            "firstCopiesLeft":1},"queue":{"waiting":1,"running":1},"worst":[{"repository":"P/a","status":"behind","seconds":12,\
            "reason":"auth","message":"m","failures":5}],"rejected":[{"path":"p","why":"w"}],"purgeGuard":null}
            """
        let peer = Peer(.answers("HTTP/1.1 200 OK\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)"))
        let (overview, raw) = try Administration(NodeClient(.tcp(host: "localhost", port: peer.port), timeout: .seconds(5)))
            .overview()
        #expect(raw == Array(json.utf8))
        #expect(peer.requests.count == 1)
        #expect(overview.repositories == .init(total: 3, synchronized: 2, behind: 1, quarantined: 0, firstCopiesLeft: 1))
        #expect(overview.worst.first?.failures == 5 && overview.draining == nil)
    }

    @Test(arguments: [Peer.Behaviour.isSilent, .drips])
    func question_EndsAtItsTimeLimit(behaviour: Peer.Behaviour) {
        let peer = Peer(behaviour)
        let start = ContinuousClock.now
        let error = #expect(throws: ClientError.self) {
            try NodeClient(.tcp(host: "127.0.0.1", port: peer.port), timeout: .milliseconds(300)).send("GET", "/")
        }
        #expect(error == .timeout(.tcp(host: "127.0.0.1", port: peer.port), .milliseconds(300)))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func node_IsSaidToBeUnreachable_WhenNobodyListens() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/heliostat.sock"
        let error = #expect(throws: ClientError.self) { try NodeClient(.socket(path), timeout: .seconds(1)).send("GET", "/") }
        #expect(
            error?.description
                == "the node cannot be reached at \(path): No such file or directory; is it running, and is this its configuration?"
        )
        let long = "/" + String(repeating: "x", count: 200)
        #expect(throws: ClientError.unreachable(.socket(long), "the path is longer than 107 bytes")) {
            try NodeClient(.socket(long), timeout: .seconds(1)).send("GET", "/")
        }
    }

    @Test func notification_ReachesTheOthers_WhenSomeAreSilent() throws {
        let good = Peer(.answers("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"))
        let silent = (0..<8).map { _ in Peer(.isSilent) }
        let directory = try TemporaryDirectory()
        let token = try SecretFile.read(directory.secret("token", "0123456789abcdef01234567\n"))
        let clients = (silent + [good]).map {
            NodeClient(.tcp(host: "127.0.0.1", port: $0.port), token: token, timeout: .milliseconds(500))
        }
        let body = Administration.notification(of: "P/a")
        let outcomes = NodeClient.all(clients, "POST", "/notify", json: body, timeout: .milliseconds(500))
        for (index, peer) in silent.enumerated() {
            #expect(throws: ClientError.timeout(clients[index].address, .milliseconds(500))) { try outcomes[index].get() }
            #expect(peer.requests.count == 1)
        }
        #expect(try outcomes[8].get().status == 202)
        #expect(good.requests.first?.contains("Authorization: Bearer 0123456789abcdef01234567\r\n") == true)
        #expect(good.requests.first?.hasSuffix("{\"repository\":\"P/a\"}") == true)
    }

    @Test(arguments: [
        ("http://a:1", NodeAddress.tcp(host: "a", port: 1)), ("http://127.0.0.1:7990/", .tcp(host: "127.0.0.1", port: 7990)),
        ("http://[::1]:7990", .tcp(host: "::1", port: 7990)), ("http://a", .tcp(host: "a", port: 80)),
        ("https://a", .tcp(host: "a", port: 443, isSecure: true)), ("https://[::1]:1", .tcp(host: "::1", port: 1, isSecure: true)),
    ])
    func url_BecomesAnAddress(url: String, address: NodeAddress) throws {
        #expect(try NodeAddress(url: url) == address)
    }

    @Test(arguments: [
        "", "a:1", "https://", "httpss://a", "ftp://a", "http://", "http://a:0", "http://a:65536", "http://a:-1", "http://a:1/x", "http://u@a",
        "http://a b",
        "http://[::1", "http://[::1]x", "http://a\r\nX:1", "http://a:+1", "http://[a:b]:1", "http://[]", "http://:80", "http://a:",
    ])
    func url_IsRefused(url: String) {
        #expect(throws: ClientError.self) { try NodeAddress(url: url) }
    }

    @Test func socket_IsFound_WhileOtherKeysAreWrong() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("heliostat.yaml", Array("node: { data: ./data }\nsync: { interval: 3 }\nbogus: 1\n".utf8))
        #expect(
            try NodeConfiguration.socket(configurationPath: path, environment: [:]) == directory.path + "/data/heliostat.sock")
        let broken = try directory.file("broken.yaml", Array("node: { data: [] }\n".utf8))
        #expect(throws: ConfigurationError.self) { try NodeConfiguration.socket(configurationPath: broken, environment: [:]) }
    }
}
