import HelioAPI
import Synchronization
import Testing

private let health = ["/status", "/livez", "/readyz"]
private let read = [
    "/", "/rest/mirroring/latest/repo-hashes", "/rest/mirroring/latest/progress", "/rest/mirroring/latest/farmNodes",
    "/rest/mirroring/latest/upstreamServer", "/rest/mirroring/latest/mirrorRepos/1", "/rest/mirroring/latest/mirrorRepos/delayed-sync",
    "/rest/mirroring/latest/supportInfo/refChangesQueue",
]
private let operation = ["/metrics", "/jolokia/version", "/admin/overview", "/admin/runs"]

/// Who may read what: `http.token_file` and `http.admin_listen`.
@Suite struct ReaderRouteTests {
    private func run(movesAdministration: Bool = false, _ body: (LiveNode) async throws -> Void) async throws {
        try await LiveNode.run(movesAdministration: movesAdministration) { node async throws in
            node.tokens.withLock { $0.read = "reader-secret" }
            try await body(node)
        }
    }

    @Test func reading_NeedsTheToken_AndHealthDoesNot() async throws {
        try await run { node async throws in
            for path in health + ["/metrics", "/favicon.ico"] {
                #expect(![401, 403, 404].contains(try await node.tcp("GET", path).status), "\(path)")
            }
            for path in read {
                for header in [nil, "Bearer wrong", "Bearer reader-secre", "Basic cmVhZGVyLXNlY3JldA==", "Digest x"] as [String?] {
                    let reply = try await node.tcp("GET", path, headers: header.map { ["Authorization: \($0)"] } ?? [])
                    #expect(reply.status == 401, "\(path) \(header ?? "-")")
                    #expect(reply["WWW-Authenticate"] != nil)
                }
                #expect(try await node.tcp("GET", path, token: "notify-secret").status == 403)
                for header in ["Bearer reader-secret", "Bearer admin-secret", "Basic YTpyZWFkZXItc2VjcmV0"] {
                    let reply = try await node.tcp("GET", path, headers: ["Authorization: \(header)"])
                    #expect(![401, 403].contains(reply.status), "\(path) \(header)")
                }
                #expect(try await node.unix("GET", path).status != 401, "whoever may connect may read")
            }
            #expect(try await node.tcp("GET", "/rest/mirroring/latest/nothing").status == 404)
        }
    }

    @Test func readersToken_OpensNothingElse() async throws {
        try await run { node async throws in
            #expect(try await node.tcp("GET", "/admin/overview", token: "reader-secret").status == 403)
            #expect(try await node.tcp("POST", "/notify", token: "reader-secret", body: #"{"repository":"P/r"}"#).status == 403)
        }
    }

    @Test func everythingIsOpen_WithoutAToken() async throws {
        try await LiveNode.run { node async throws in
            for path in read { #expect(![401, 403].contains(try await node.tcp("GET", path).status), "\(path)") }
        }
    }

    @Test func operation_IsOnTheSecondListenerOnly_WhenThereIsOne() async throws {
        try await run(movesAdministration: true) { node async throws in
            for path in operation {
                #expect(try await node.tcp("GET", path, token: "admin-secret").status == 404, "\(path)")
                #expect(try await node.admin(path, token: "admin-secret").status == 200, "\(path)")
            }
            #expect(try await node.tcp("PUT", "/admin/drain", token: "admin-secret", body: "{}").status == 404)
            #expect(try await !node.tcp("GET", "/", headers: ["Authorization: Bearer reader-secret"]).text.contains("metrics"))
            #expect(try await node.admin("/", token: "reader-secret").text.contains("metrics"))
            #expect(try await node.admin("/admin/overview").status == 401)
            #expect(try await node.admin("/rest/mirroring/latest/progress").status == 401)
            for path in health {
                #expect(try await node.admin(path).status == node.tcp("GET", path).status, "\(path)")
            }
            #expect(try await node.tcp("POST", "/notify", token: "notify-secret", body: #"{"repository":"P/r"}"#).status == 202)
        }
    }
}
