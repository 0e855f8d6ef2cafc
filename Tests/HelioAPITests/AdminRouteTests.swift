@testable import HelioNode
import HelioAPI
import Synchronization
import Testing

private let adminRoutes =
    [
        ("GET", "/admin/overview", nil), ("GET", "/admin/runs", nil), ("GET", "/admin/runs/x", nil),
        ("POST", "/admin/sync", "{}"),
        ("POST", "/admin/vet", "{}"), ("PUT", "/admin/drain", #"{"reason":"x"}"#), ("DELETE", "/admin/drain", nil),
        ("PUT", "/admin/log-level", #"{"level":"debug"}"#),
    ] as [(String, String, String?)]

private let webhookRoutes =
    [
        ("GET", "/admin/webhooks", nil), ("GET", "/admin/deliveries", nil), ("POST", "/admin/deliveries/1/redeliver", "{}"),
        ("POST", "/admin/webhooks/ci/test", "{}"), ("POST", "/admin/webhooks/ci/enable", "{}"),
    ] as [(String, String, String?)]

@Test func administration_IsClosedOnTCP_WithoutTheAdminToken() async throws {
    try await LiveNode.run { node async throws in
        for (method, path, body) in adminRoutes + webhookRoutes {
            for token in [nil, "wrong", "admin-secretx", "admin-secreT"] as [String?] {
                let reply = try await node.tcp(method, path, token: token, body: body)
                #expect(reply.status == 401, "\(method) \(path) \(token ?? "-")")
                #expect(reply["WWW-Authenticate"] == "Bearer")
                #expect(!reply.text.contains("wrong"))
            }
            #expect(try await node.tcp(method, path, token: "notify-secret", body: body).status == 403)
            #expect(try await node.tcp(method, path, body: body, headers: ["Authorization: Basic admin-secret"]).status == 401)
        }
        #expect(node.taken() == [])
    }
}

@Test func administration_IsClosedOnTCP_WhenNoTokenIsConfigured() async throws {
    try await LiveNode.run { node async throws in
        node.tokens.withLock { $0 = AccessTokens(admin: nil, notify: "") }
        for token in ["", "admin-secret", "nil", " "] {
            #expect(try await node.tcp("GET", "/admin/overview", token: token).status == 401)
            #expect(try await node.tcp("POST", "/notify", token: token, body: #"{"repository":"A/x"}"#).status == 401)
        }
        node.tokens.withLock { $0 = AccessTokens(admin: "rotated") }
        #expect(try await node.tcp("GET", "/admin/overview", token: "rotated").status == 200)
        #expect(try await node.tcp("GET", "/admin/overview", token: "admin-secret").status == 401)
    }
}

@Test func administration_IsOpen_OverTheSocketAndWithTheToken() async throws {
    try await LiveNode.run { node async throws in
        for (method, path, body) in adminRoutes {
            let expected = path == "/admin/runs/x" ? 404 : method == "POST" ? 202 : 200
            #expect(try await node.unix(method, path, body: body).status == expected, "\(method) \(path)")
            #expect(try await node.tcp(method, path, token: "admin-secret", body: body).status == expected, "\(method) \(path)")
        }
        #expect(try await node.unix("GET", "/status").status == 200)
    }
}

@Test func webhooks_AreNotThereYet_BeforeTheStorageIsOpen() async throws {
    try await LiveNode.run { node async throws in
        for (method, path, body) in webhookRoutes {
            let reply = try await node.unix(method, path, body: body)
            #expect(reply.status == 503 && reply.text.contains("not open yet"), "\(method) \(path)")
        }
    }
}

@Test func sync_IsOrdered_WithTheScopeOfItsBody() async throws {
    try await LiveNode.run { node async throws in
        let id = try await node.unix("POST", "/admin/sync", body: "{}").text
        #expect(id.wholeMatch(of: /\{"run":"[0-9a-f-]{36}"\}/) != nil)
        _ = try await node.unix("POST", "/admin/sync")
        _ = try await node.unix("POST", "/admin/sync", body: #"{"project":"A/B","acceptDeletions":true}"#)
        _ = try await node.unix("POST", "/admin/sync", body: #"{"repository":"A/unknown","acceptDeletions":false}"#)
        let name = try RepositoryName("A/unknown")
        #expect(
            node.taken() == [
                "sync all", "sync all", "sync \(RunScope.project("A/B")) accepting deletions",
                "sync \(RunScope.repository(name))",
            ])
        let refused = [
            #"{"repository":"x"}"#, #"{"repository":"A/.."}"#, #"{"repository":"A/-x"}"#, #"{"repository":"A/x.git"}"#,
            #"{"repository":1}"#,
            #"{"repository":"A/x","project":"A"}"#, #"{"project":"../A"}"#, #"{"project":""}"#, #"{"repo":"A/x"}"#,
            #"{"acceptDeletions":"yes"}"#,
            #"{"acceptDeletions":true,"acceptDeletions":true}"#, "[]", "x", #"{"repository":"A/x\u0000"}"#,
            #"{"repository":"A/x\ud800"}"#,
        ]
        for body in refused { #expect(try await node.unix("POST", "/admin/sync", body: body).status == 400, "\(body)") }
        #expect(try await node.unix("POST", "/admin/sync", body: String(repeating: " ", count: 20_000)).status == 413)
        #expect(node.taken().count == 4)
    }
}

@Test func vet_IsOrdered_WithoutArguments() async throws {
    try await LiveNode.run { node async throws in
        #expect(try await node.unix("POST", "/admin/vet").text.hasPrefix(#"{"vet":""#))
        #expect(try await node.unix("POST", "/admin/vet", body: #"{"x":null}"#).status == 400)
        #expect(node.taken() == ["vet"])
    }
}

@Test(arguments: [NodeState.starting, .synchronized]) func vet_IsRefused_WhileTooManyWait(state: NodeState) async throws {
    try await LiveNode.run(state) { node async throws in
        #expect(try await node.unix("POST", "/admin/vet").status == 202)
        var snapshot = node.board.snapshot
        snapshot.takesVets = false
        node.board.publish(snapshot)
        let reply = try await node.unix("POST", "/admin/vet")
        #expect(reply.status == 503 && reply.text.contains("Too many vets wait"))
        snapshot.takesVets = true
        node.board.publish(snapshot)
        #expect(try await node.unix("POST", "/admin/vet").status == 202)
        #expect(node.taken() == ["vet", "vet"])
    }
}

@Test func drain_IsOrdered_WithAReason() async throws {
    try await LiveNode.run { node async throws in
        func put(_ body: String) async throws -> Reply { try await node.unix("PUT", "/admin/drain", body: body) }
        #expect(try await put(#"{"reason":"kernel \"6.1\""}"#).text == #"{"draining":"kernel \"6.1\"","kept":false}"#)
        #expect(try await put(#"{"reason":"disk","keep":true}"#).text == #"{"draining":"disk","kept":true}"#)
        #expect(try await node.unix("DELETE", "/admin/drain").text == #"{"draining":null}"#)
        let long = String(repeating: "x", count: 501)
        for body in ["", "{}", #"{"reason":""}"#, #"{"reason":"a\nb"}"#, #"{"reason":"\#(long)"}"#, #"{"reason":true}"#, #"{"reason":"a","keep":1}"#] {
            #expect(try await put(body).status == 400, "\(body.prefix(30))")
        }
        #expect(node.taken() == [#"drain kernel "6.1""#, "drain disk, kept", "undrain"])
    }
}

/// It is drained, but nobody may rely on it after a restart.
@Test func drain_IsNotSaidToBeKept_UnlessItIs() async throws {
    try await LiveNode.run { node async throws in
        node.storeTakes.withLock { $0 = false }
        let kept = try await node.unix("PUT", "/admin/drain", body: #"{"reason":"disk","keep":true}"#)
        #expect(kept.status == 503 && kept.text.contains("is drained, but"))
        #expect(try await node.unix("PUT", "/admin/drain", body: #"{"reason":"disk"}"#).status == 200)
        let undrained = try await node.unix("DELETE", "/admin/drain")
        #expect(undrained.status == 503 && undrained.text.contains("is not drained, but"))
        #expect(node.taken() == ["drain disk, kept", "drain disk", "undrain"])
    }
}

@Test func logLevel_IsSet_WhenItExists() async throws {
    try await LiveNode.run { node async throws in
        #expect(try await node.unix("PUT", "/admin/log-level", body: #"{"level":"debug"}"#).text == #"{"level":"debug"}"#)
        #expect(try await node.unix("PUT", "/admin/log-level", body: #"{"level":"loud"}"#).status == 400)
        #expect(try await node.unix("PUT", "/admin/log-level", body: "{}").status == 400)
    }
}

@Test func runs_AreToldNewestFirst_AndById() async throws {
    try await LiveNode.run { node async throws in
        var random = SeededGenerator(seed: 3)
        let ids = [RunID(using: &random), RunID(using: &random)]
        var snapshot = node.board.snapshot
        snapshot.runs = ids.map { Run(id: $0, trigger: .scheduled, scope: .all, acceptsDeletions: false, claimedAt: Sample.now) }
        node.board.publish(snapshot)
        let one = try await node.unix("GET", "/admin/runs/\(ids[0])").text
        #expect(one.hasPrefix(#"{"id":"\#(ids[0])","trigger":"scheduled","scope":{},"#))
        let all = try await node.unix("GET", "/admin/runs").text
        #expect(all.hasPrefix(#"{"runs":[{"id":"\#(ids[1])","#))
        #expect(all.contains(one))
        #expect(try await node.unix("GET", "/admin/runs/\(RunID(using: &random))").status == 404)
    }
}

@Test func notify_IsTaken_WithItsTokenAndWithTheAdmins() async throws {
    try await LiveNode.run { node async throws in
        let body = #"{"repository":"A/x"}"#
        #expect(try await node.tcp("POST", "/notify", body: body).status == 401)
        #expect(try await node.tcp("POST", "/notify", token: "wrong", body: body).status == 401)
        #expect(try await node.tcp("POST", "/notify", token: "notify-secret", body: body).text == body)
        #expect(try await node.tcp("POST", "/notify", token: "admin-secret", body: #"{"repository":"e\u0301/x"}"#).status == 202)
        #expect(try await node.unix("POST", "/notify", body: body).status == 202)
        for bad in [
            "", "{}", #"{"repository":"x"}"#, #"{"repository":"A/../x"}"#, #"{"repository":"A/x","y":null}"#,
            #"{"repository":null}"#,
        ] {
            #expect(try await node.unix("POST", "/notify", body: bad).status == 400, "\(bad)")
        }
        #expect(try await node.tcp("GET", "/notify").status == 405)
        #expect(node.taken() == ["notify A/x", "notify e\u{301}/x", "notify A/x"])
    }
}

@Test func notify_IsSlowedDown_WhenItIsAFlood() async throws {
    try await LiveNode.run { node async throws in
        var codes: [Int: Int] = [:]
        var last: Reply?
        for _ in 0..<220 {
            let reply = try await node.tcp("POST", "/notify", token: "notify-secret", body: #"{"repository":"A/x"}"#)
            codes[reply.status, default: 0] += 1
            last = reply
        }
        #expect(codes == [202: 200, 429: 20])
        #expect(last?["Retry-After"] == "1")
        #expect(try await node.unix("POST", "/notify", body: #"{"repository":"A/x"}"#).status == 202, "the socket has its own")
        node.clock.withLock { $0 = Moment(monotonic: $0.monotonic + .seconds(1), wall: $0.wall) }
        #expect(try await node.tcp("POST", "/notify", token: "notify-secret", body: #"{"repository":"A/x"}"#).status == 202)
    }
}

@Test(arguments: [NodeState.stopping, .error])
func orders_AreRefused_WhenNobodyWouldFollowThem(state: NodeState) async throws {
    try await LiveNode.run(state) { node async throws in
        for (method, path, body) in [
            ("POST", "/admin/sync", "{}"), ("POST", "/admin/vet", "{}"), ("POST", "/notify", #"{"repository":"A/x"}"#),
            ("PUT", "/admin/drain", #"{"reason":"disk","keep":true}"#), ("DELETE", "/admin/drain", ""),
        ] {
            #expect(try await node.unix(method, path, body: body).status == 503)
        }
        #expect(node.taken() == [])
    }
}

/// The run would be nobody's: there is nothing to keep it in.
@Test func synchronisation_IsRefused_BeforeTheStorageIsOpen() async throws {
    try await LiveNode.run(.starting) { node async throws in
        #expect(try await node.unix("POST", "/admin/sync", body: "{}").status == 503)
        #expect(node.taken() == [])
    }
}
