@testable import HelioNode
import HelioAPI
import Testing

private let root = "/rest/mirroring/latest"

private func catalogue() throws -> Catalogue {
    Sample.catalogue(
        try Sample.entry(1, "A/x") { $0.lastSync = Sample.now.wall }, try Sample.entry(2, "12/y", project: 7, isPublic: true),
        try Sample.entry(3, "7/digits", project: 12), try Sample.entry(4, "e\u{301}/n", project: 20),
        try Sample.entry(5, "\u{e9}/n", project: 21), try Sample.entry(6, "A/B/\"deep\" \\ \u{202e}é", project: 30),
        try Sample.entry(8, "E/none", project: 40) { ($0.hasCopy, $0.behindSince) = (false, Sample.ago(400)) })
}

@Test func status_AnswersItsExactBytes_WhenAsked() async throws {
    try await LiveNode.run(.metadataSynchronized) { node async throws in
        let reply = try await node.tcp("GET", "/status")
        #expect(reply.status == 200)
        #expect(reply.text == #"{"state":"METADATA_SYNCHRONIZED","nodeCount":"1"}"#)
        #expect(reply["Content-Type"] == "application/json")
        #expect(reply["Cache-Control"] == "no-store")
        node.board.publish(Sample.snapshot(.stopping))
        let stopping = try await node.tcp("GET", "/status")
        #expect(stopping.status == 503)
        #expect(stopping.text == #"{"state":"STOPPING","nodeCount":"1"}"#)
    }
}

@Test func readiness_TellsWhatStatusCannot_WhenTheNodeLags() async throws {
    try await LiveNode.run(.synchronized, Sample.catalogue(try Sample.entry(1, "A/x") { $0.behindSince = Sample.ago(45) })) {
        node async throws in
        let fine = try await node.tcp("GET", "/readyz")
        #expect(fine.status == 200)
        #expect(
            fine.text
                == #"{"ready":true,"state":"SYNCHRONIZED","lagSeconds":45,"oldestQuarantinedSeconds":0,"oldestFirstCopySeconds":0,"#
                + #""lastUpstreamContactSeconds":1.5,"farmViewAgeSeconds":null,"#
                + #""repositories":{"total":1,"synchronized":0,"behind":1,"quarantined":0},"reasons":[]}"#)
        let stricter = try await node.tcp("GET", "/readyz?max_lag=30s")
        #expect(stricter.status == 503)
        #expect(stricter.text.contains(#""reasons":[{"rule":"lag","actual":"45s","limit":"30s","remedy":"#))
        #expect(try await node.tcp("GET", "/readyz?max_lag=1m").status == 200)
        for query in [
            "max_lag=30", "max_lag=", "max_lag", "max_lag=-1s", "max_lag=1e309", "max_lag=1s&max_lag=2s", "max_lag=%zz",
        ] {
            #expect(try await node.tcp("GET", "/readyz?" + query).status == 400, "\(query)")
        }
        let old = Sample.catalogue(try Sample.entry(1, "A/x") { $0.behindSince = Sample.ago(1200) })
        node.board.publish(Sample.snapshot(.synchronized, old))
        let laxer = try await node.tcp("GET", "/readyz?max_lag=1h")
        #expect(laxer.status == 503 && laxer.text.contains(#""actual":"1200s","limit":"600s""#), "\(laxer.text)")
    }
}

@Test func health_AnswersOptions_OnItsThreeRoutes() async throws {
    try await LiveNode.run { node async throws in
        for path in ["/status", "/livez", "/readyz"] {
            let reply = try await node.tcp("OPTIONS", path)
            let asked = try await node.tcp("GET", path)
            #expect(reply.status == asked.status && reply.text == asked.text, "a balancer may ask with OPTIONS")
            #expect(reply["Allow"] == "GET, HEAD, OPTIONS")
        }
        #expect(try await node.tcp("OPTIONS", root + "/progress").status == 405)
        #expect(try await node.tcp("GET", "/livez").text == "ok\n")
    }
}

@Test func head_HasTheHeadersOfGet_OnEveryReadRoute() async throws {
    let paths = [
        "/", "/favicon.ico", "/status", "/livez", "/readyz", root + "/repo-hashes", root + "/repo-hashes/content",
        root + "/repo-hashes/metadata", root + "/repo-hashes?project=A", root + "/progress", root + "/farmNodes",
        root + "/upstreamServer",
        root + "/mirrorRepos/1", root + "/mirrorRepos/99", root + "/mirrorRepos/delayed-sync",
        root + "/supportInfo/repoSyncStatus",
        root + "/supportInfo/projects/A/repos/x/repoSyncStatus", root + "/supportInfo/refChangesQueue",
        root + "/supportInfo/refChangesQueue/count", "/admin/overview", "/admin/runs", "/nothing",
    ]
    try await LiveNode.run(.synchronized, catalogue()) { node async throws in
        for path in paths {
            let get = try await node.tcp("GET", path)
            let head = try await node.tcp("HEAD", path)
            #expect(head.status == get.status, "\(path)")
            #expect(head.body.isEmpty, "\(path)")
            let compared = [head, get].map { $0.headers.filter { $0.name != "Date" }.map { "\($0.name): \($0.value)" } }
            #expect(compared[0] == compared[1], "\(path)")
            #expect(try await node.tcp("PUT", path).status == (path == "/nothing" ? 404 : 405), "\(path)")
            #expect(try await node.tcp("PUT", path)["Allow"]?.hasPrefix("GET, HEAD") == (path == "/nothing" ? nil : true), "\(path)")
        }
    }
}

@Test func hashes_AreStreamedWithATag_WhenAsked() async throws {
    try await LiveNode.run(.synchronized, Sample.catalogue(of: 5000)) { node async throws in
        let first = try await node.tcp("GET", root + "/repo-hashes")
        #expect(first.status == 200)
        #expect(first["Transfer-Encoding"] == "chunked")
        #expect(first["Cache-Control"] == "no-cache")
        let tag = try #require(first["ETag"])
        #expect(try await node.tcp("GET", root + "/repo-hashes").body == first.body)
        let unchanged = try await node.tcp("GET", root + "/repo-hashes", headers: ["If-None-Match: \"x\", W/\(tag)"])
        #expect(unchanged.status == 304)
        #expect(unchanged.body.isEmpty)
        #expect(unchanged["ETag"] == tag)
        #expect(unchanged["Content-Length"] == nil)
        #expect(try await node.tcp("GET", root + "/repo-hashes/content", headers: ["If-None-Match: \(tag)"]).status == 200)
        #expect(try await node.tcp("GET", root + "/repo-hashes?project=1", headers: ["If-None-Match: \(tag)"]).status == 200)
        var snapshot = node.board.snapshot
        snapshot.catalogue.update(RepositoryID(7)) { $0.content = .unknown }
        node.board.publish(snapshot)
        let changed = try await node.tcp("GET", root + "/repo-hashes", headers: ["If-None-Match: \(tag)"])
        #expect(changed.status == 200)
        #expect(changed["ETag"] != tag)
        #expect(changed.body != first.body)
    }
}

@Test func hashes_AreOfOneProject_WhenItsIdOrKeyIsGiven() async throws {
    try await LiveNode.run(.synchronized, catalogue()) { node async throws in
        func project(_ query: String) async throws -> String? {
            let reply = try await node.tcp("GET", root + "/repo-hashes?project=" + query)
            guard reply.status == 200 else { return "\(reply.status)" }
            return reply.text.split(separator: ",").first.map { String($0.dropFirst(#"{"projects":[{"id":"#.utf8.count)) }
        }
        #expect(try await project("A") == "1")
        #expect(try await project("1") == "1")
        #expect(try await project("7") == "7", "an id goes before a key")
        #expect(try await project("12") == "12", "an id goes before a key")
        #expect(try await project("e%CC%81") == "20")
        #expect(try await project("%C3%A9") == "21")
        #expect(try await project("A%2FB") == "30")
        #expect(try await project("A/B") == "30")
        for unknown in ["a", "99", "", "-1", "99999999999999999999", "1e309", "+1", "%00", "A&project=A", "%FF"] {
            let expected = ["%00", "A&project=A", "%FF"].contains(unknown) ? "400" : "404"
            #expect(try await project(unknown) == expected, "\(unknown)")
        }
        #expect(try await node.tcp("GET", root + "/repo-hashes?project=E").text == #"{"projects":[]}"#)
    }
}

@Test func mirrorRepos_TellWhereToClone_WhenTheIdIsKnown() async throws {
    try await LiveNode.run(.synchronized, catalogue()) { node async throws in
        #expect(
            try await node.tcp("GET", root + "/mirrorRepos/1").text
                == #"{"available":true,"cloneUrls":[{"name":"http","href":"https://git.example/scm/A/x.git"},"#
                + #"{"name":"ssh","href":"ssh://git@git.example/A/x.git"}],"pushUrls":[],"lastUpdated":1767323045006,"#
                + #""mirrorName":"mirror-1","repositoryId":"1","status":"AVAILABLE"}"#)
        for id in ["99", "-1", "x", "1%2F2", "99999999999999999999", "1%20"] {
            #expect(try await node.tcp("GET", root + "/mirrorRepos/" + id).status == 404, "\(id)")
        }
    }
}

@Test func delayed_ListsWhatIsLate_WhenAThresholdIsGiven() async throws {
    let catalogue = Sample.catalogue(
        try Sample.entry(1, "A/late") { $0.behindSince = Sample.ago(300) },
        try Sample.entry(2, "A/fresh") { $0.behindSince = Sample.ago(10) },
        try Sample.entry(3, "A/later") { $0.quarantinedSince = Sample.ago(500) }, try Sample.entry(4, "A/fine"))
    try await LiveNode.run(.synchronized, catalogue) { node async throws in
        let path = root + "/mirrorRepos/delayed-sync"
        let later = #"{"projectKey":"A","repositoryId":"3","repositorySlug":"later"}"#
        let late = #"{"projectKey":"A","repositoryId":"1","repositorySlug":"late"}"#
        #expect(try await node.tcp("GET", path).text == "[\(later),\(late)]")
        #expect(try await node.tcp("GET", path + "?limit=1").text == "[\(later)]")
        #expect(try await node.tcp("GET", path + "?delayThreshold=301").text == "[\(later)]")
        #expect(try await node.tcp("GET", path + "?delayThreshold=5m").text == "[\(later),\(late)]")
        for query in [
            "limit=0", "limit=101", "limit=-1", "limit=1e309", "limit=1&limit=2", "delayThreshold=179", "delayThreshold=x", "delayThreshold=999999999m",
            "delayThreshold=",
        ] {
            #expect(try await node.tcp("GET", path + "?" + query).status == 400, "\(query)")
        }
    }
}

/// Its quarantine is the younger of the two, and its delay the longer.
@Test func delayed_ListsTheMostDelayed_WhenItWasQuarantinedLast() async throws {
    let catalogue = Sample.catalogue(
        try Sample.entry(1, "A/first") { ($0.behindSince, $0.quarantinedSince) = (Sample.ago(600), Sample.ago(500)) },
        try Sample.entry(2, "A/last") { ($0.behindSince, $0.quarantinedSince) = (Sample.ago(9000), Sample.ago(400)) })
    try await LiveNode.run(.synchronized, catalogue) { node async throws in
        let path = root + "/mirrorRepos/delayed-sync"
        let first = #"{"projectKey":"A","repositoryId":"1","repositorySlug":"first"}"#
        let last = #"{"projectKey":"A","repositoryId":"2","repositorySlug":"last"}"#
        #expect(try await node.tcp("GET", path).text == "[\(last),\(first)]")
        #expect(try await node.tcp("GET", path + "?limit=1").text == "[\(last)]")
        #expect(try await node.tcp("GET", path + "?delayThreshold=1h&limit=1").text == "[\(last)]")
    }
}

@Test func syncStatus_ComesInPages_WhenAsked() async throws {
    try await LiveNode.run(.synchronized, Sample.catalogue(of: 1200)) { node async throws in
        let path = root + "/supportInfo/repoSyncStatus"
        let first = try await node.tcp("GET", path).text
        #expect(
            first.hasPrefix(
                #"{"size":25,"limit":25,"isLastPage":false,"values":[{"externalRepoId":"0","localRepoId":0,"localProjectId":0,"#
                    + #""upstreamId":"00112233-4455-8677-8899-aabbccddeeff","failedSyncCount":0,"initialSyncDate":null,"lastSyncDate":null,"#
                    + #""hashes":{"content":"\#(Sample.contentHex)","metadata":"\#(Sample.metadataHex)"}},"#))
        #expect(first.hasSuffix(#"],"start":0,"nextPageStart":25}"#))
        let last = try await node.tcp("GET", path + "?start=1190&limit=1000").text
        #expect(last.hasPrefix(#"{"size":10,"limit":1000,"isLastPage":true,"#))
        for query in [
            "limit=0", "limit=1001", "start=-1", "start=9223372036854775808", "start=9223372036854775807", "start=1e309",
            "start=1&start=1", "start=",
        ] {
            #expect(try await node.tcp("GET", path + "?" + query).status == 400, "\(query)")
        }
    }
}

/// These are not made on the loop.
@Test func support_AnswersWhole_WhenThereIsMuchToSay() async throws {
    try await LiveNode.run(.synchronized, Sample.catalogue(of: 1200)) { node async throws in
        let path = root + "/supportInfo/repoSyncStatus?limit=1000"
        let page = try await node.tcp("GET", path)
        #expect(page.text.hasPrefix(#"{"size":1000,"limit":1000,"isLastPage":false,"#))
        #expect(page.text.hasSuffix(#"],"start":0,"nextPageStart":1000}"#))
        let head = try await node.tcp("HEAD", path)
        #expect(head.status == 200 && head["Content-Length"] == "\(page.body.count)" && head.body.isEmpty)
        var snapshot = node.board.snapshot
        snapshot.queue.waiting = (Int64(0)..<1000).map {
            SyncRequest(repository: RepositoryID($0), project: ProjectID(1), trigger: .notify, createdAt: Sample.now)
        }
        node.board.publish(snapshot)
        let queue = try await node.tcp("GET", root + "/supportInfo/refChangesQueue").text
        #expect(queue.hasPrefix(#"{"values":[{"attempt":1,"#) && queue.ranges(of: #""externalRepoId":"#).count == 1000)
    }
}

@Test func syncStatus_IsFoundByName_WhenTheKeyHoldsASlash() async throws {
    try await LiveNode.run(.synchronized, catalogue()) { node async throws in
        func status(_ key: String, _ slug: String) async throws -> Int {
            try await node.tcp("GET", root + "/supportInfo/projects/\(key)/repos/\(slug)/repoSyncStatus").status
        }
        #expect(try await status("A", "x") == 200)
        #expect(try await status("A%2FB", "%22deep%22%20%5C%20%E2%80%AE%C3%A9") == 200)
        #expect(try await status("e%CC%81", "n") == 200)
        #expect(try await status("A/B", "%22deep%22%20%5C%20%E2%80%AE%C3%A9") == 404)
        #expect(try await status("A", "B%2F%22deep%22%20%5C%20%E2%80%AE%C3%A9") == 404)
        #expect(try await status("A%252FB", "x") == 404)
        for slug in ["X", "..", "%2e%2e", "-x", "x.git", "%FF", "%zz"] {
            let code = try await status("A", slug)
            #expect(code == 400 || code == 404, "\(slug)")
        }
    }
}

@Test func hostileNames_AreEscaped_WhereverTheyAreTold() async throws {
    try await LiveNode.run(.synchronized, catalogue()) { node async throws in
        let clone = try await node.tcp("GET", root + "/mirrorRepos/6").text
        #expect(clone.contains(#""href":"https://git.example/scm/A/B/%22deep%22%20%5C%20%E2%80%AE%C3%A9.git""#))
    }
}

@Test func others_AnswerTheirShapes_WhenAsked() async throws {
    try await LiveNode.run { node async throws in
        #expect(try await node.tcp("GET", root + "/progress").text == #"{"discovering":false,"syncedRepos":0,"totalRepos":0}"#)
        #expect(
            try await node.tcp("GET", root + "/farmNodes").text
                == #"[{"id":"11111111-2222-4333-8444-555555555555","name":"mirror-1","#
                + #""address":{"address":"127.0.0.1","port":7990},"buildVersion":"0.1.0","local":true}]"#)
        let upstream = #"{"baseUrl":"file:///srv/git","id":"00112233-4455-8677-8899-aabbccddeeff","state":"#
        #expect(try await node.tcp("GET", root + "/upstreamServer").text == upstream + #""INSTALLED"}"#)
        var snapshot = node.board.snapshot
        snapshot.lastContact = nil
        snapshot.queue.waiting = [
            SyncRequest(repository: RepositoryID(9), project: ProjectID(1), trigger: .notify, createdAt: Sample.now)
        ]
        snapshot.queue.waitingCount = 1
        node.board.publish(snapshot)
        #expect(try await node.tcp("GET", root + "/upstreamServer").text == upstream + #""INITIALIZING"}"#)
        #expect(
            try await node.tcp("GET", root + "/supportInfo/refChangesQueue").text
                == #"{"values":[{"attempt":1,"createdAt":"2026-01-02T03:04:05.006Z","externalRepoId":"9","type":"SNAPSHOT"}]}"#)
        #expect(try await node.tcp("GET", root + "/supportInfo/refChangesQueue/count").text == #"{"count":1}"#)
        #expect(try await node.tcp("GET", "/").status == 200)
        #expect(try await node.tcp("GET", "/favicon.ico").status == 204)
        #expect(try await node.tcp("GET", "/status/").status == 404)
    }
}
