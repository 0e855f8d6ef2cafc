import Glibc
@testable import HelioAPI
@testable import HelioNode
import Synchronization
import TestSupport
import Testing

/// `/admin/inspection`, and its lines read back.
@Suite struct InspectionTests {
    private static let found = DiskReading.read(
        DiskContent(content: Sample.content, figures: CopyFigures(refs: 41, objects: 9007, bytes: 1 << 40)))

    private func lines(_ text: String) throws -> [InspectionLine] {
        try text.split(separator: "\n").map { try InspectionLine(Array($0.utf8)) }
    }

    /// A node of three repositories, of which one has no copy yet and one leaves while it is looked at.
    private func run(
        look: @escaping @Sendable (RepositoryEntry, Bool) async -> DiskReading = { _, _ in found }, _ body: (LiveNode) async throws -> Void
    ) async throws {
        let entries = [
            try Sample.entry(9, "P/\u{1F52D}"), try Sample.entry(3, "Q/b", project: 0) { $0.behindSince = Sample.ago(12) },
            try Sample.entry(5, "P/new") { ($0.hasCopy, $0.content, $0.behindSince) = (false, .unknown, Sample.ago(3)) },
            try Sample.entry(7, "P/gone"),
        ]
        var catalogue = Catalogue()
        for entry in entries { catalogue.insert(entry) }
        try await LiveNode.run(.synchronized, catalogue) { node async throws in
            let known = catalogue
            node.inspection.withLock { inspection in
                inspection = InspectionCommands(refsExclude: ["refs/pull"]) { id, closely in
                    guard let entry = known[id], id.value != 7 else { return nil }
                    let disk = entry.hasCopy ? await look(entry, closely) : nil
                    return InspectedRepository(entry, disk: disk, isChanging: id.value == 3, at: Sample.now.monotonic)
                }
            }
            try await body(node)
        }
    }

    @Test func inspection_TellsEachRepository_BetweenAHeaderAndAnEnd() async throws {
        try await run { node in
            let reply = try await node.unix("GET", "/admin/inspection")
            #expect(reply.status == 200 && reply["Content-Type"] == "application/x-ndjson" && reply["Cache-Control"] == "no-store")
            let lines = try lines(reply.text)
            guard case .header(let header) = lines.first, case .end(let end) = lines.last else { throw BrokenExchange(description: reply.text) }
            #expect(header.node == "mirror-1" && header.state == "SYNCHRONIZED" && header.refsExclude == ["refs/pull"])
            #expect(header.fingerprint == Sample.identity.upstream.fingerprint)
            #expect(end.repositories == 3)
            #expect(end.backlog == DiffBacklog(behind: 1, firstCopies: 1, quarantined: 0, oldest: .seconds(12)))
            var told: [Int64: InspectedRepository] = [:]
            for case .repository(let repository) in lines { told[repository.id.value] = repository }
            #expect(told.keys.sorted() == [3, 5, 9])
            #expect(told[9]?.name.description == "P/\u{1F52D}" && told[9]?.disk == Self.found && told[9]?.status == .synchronized)
            #expect(told[3]?.outstanding == .seconds(12) && told[3]?.isChanging == true && told[3]?.status == .behind)
            #expect(told[5]?.hasCopy == false && told[5]?.disk == nil && told[5]?.content == .unknown && told[5]?.status == .waiting)
        }
    }

    @Test func question_ChoosesRepositoriesAndDepth() async throws {
        let closely = Mutex<[Bool]>([])
        try await run { _, full in
            closely.withLock { $0.append(full) }
            return Self.found
        } _: { node in
            let reply = try await node.unix("GET", "/admin/inspection?full=true&ids=9,7,-1,9007")
            #expect(try lines(reply.text).count == 3)
            #expect(closely.withLock { $0 } == [true])
            for bad in ["full=maybe", "ids=", "ids=1,", "ids=x", "ids=1;2", "ids=" + Array(repeating: "1", count: 201).joined(separator: ",")] {
                #expect(try await node.unix("GET", "/admin/inspection?" + bad).status == 400, "\(bad)")
            }
        }
    }

    @Test func inspection_IsForAdministratorsOnly() async throws {
        try await run { node in
            for token in [nil, "wrong"] { #expect(try await node.tcp("GET", "/admin/inspection", token: token).status == 401) }
            #expect(try await node.tcp("GET", "/admin/inspection", token: "notify-secret").status == 403)
            #expect(try await node.tcp("POST", "/admin/inspection", token: "admin-secret", body: "{}").status == 405)
            let reply = try await node.tcp("GET", "/admin/inspection", headers: ["Authorization: Bearer admin-secret"])
            #expect(try lines(reply.text).count == 5)
        }
    }

    @Test(arguments: [NodeState.starting, .bootstrapping, .bootstrapped, .stopping, .error])
    func node_ThatDoesNotKnowItsRepositories_SaysSo(state: NodeState) async throws {
        try await LiveNode.run(state) { node async throws in
            #expect(try await node.unix("GET", "/admin/inspection").status == 503)
        }
    }

    @Test func node_WithoutItsStorage_SaysSo() async throws {
        try await LiveNode.run { node async throws in #expect(try await node.unix("GET", "/admin/inspection").status == 503) }
    }

    @Test func client_IsToldThatTheNodeIsStillAtIt_AndItsGoingEndsTheLook() async throws {
        let cancelled = Atomic(false)
        try await run { _, _ in
            do { while true { try await Pace.take(.milliseconds(5)) } } catch { cancelled.store(true, ordering: .relaxed) }
            return Self.found
        } _: { node in
            do {
                let client = try RawSocket(port: node.port)
                try await client.send("GET /admin/inspection HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-secret\r\n\r\n")
                _ = try await client.receive(until: "\r\n1\r\n\n\r\n")
            }
            try await eventually("the look is given up") { cancelled.load(ordering: .relaxed) }
        }
    }

    @Test func look_IsCut_WhenTheNodeStops() async throws {
        try await run { _, _ in
            while !Task.isCancelled { try? await Pace.take(.milliseconds(5)) }  // cancelled: the loop ends
            return Self.found
        } _: { node in
            let client = try RawSocket(port: node.port)
            try await client.send("GET /admin/inspection HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-secret\r\n\r\n")
            _ = try await client.receive(until: "\"inspection\":1")
            node.board.publish(Sample.snapshot(.stopping))
            // A reset and no end.
            let end = await #expect(throws: RawSocket.Failure.self) { try await client.receiveAll() }
            #expect(end?.code == ECONNRESET)
        }
    }

    // MARK: Lines

    @Test(arguments: [
        nil, DiskReading.absent, .unreadable(Failure(.corrupt, "no \"HEAD\"\u{1B}")), found,
        .read(DiskContent(content: .unknown, figures: CopyFigures(refs: .max, objects: .max, bytes: .max), gap: "refs/heads/é names nothing")),
    ])
    func repository_ComesBackAsItWas(disk: DiskReading?) throws {
        let entry = try Sample.entry(.max, "A/B/c", project: .min) {
            ($0.quarantinedSince, $0.confirmedAt, $0.lastChange) = (Sample.ago(1800), Sample.ago(2), Sample.ago(3))
        }
        let sent = InspectedRepository(entry, disk: disk, isChanging: true, at: Sample.now.monotonic)
        #expect(sent.outstanding == .seconds(1800))
        #expect(try lines(String(decoding: InspectionLine.repository(sent).bytes, as: UTF8.self)) == [.repository(sent)])
    }

    private static let line = #"""
        {"id":1,"project":2,"name":"P/r","hashes":{"content":"0000000000000000000000000000000000000000","metadata":"0000000000000000000000000000000000000000"},"copy":true,"status":"behind","outstandingSeconds":1,"confirmedSeconds":null,"changedSeconds":2,"changing":false,"disk":{"state":"read","content":"0000000000000000000000000000000000000000","refs":1,"objects":2,"bytes":3,"gap":null}}
        """#

    @Test(arguments: [
        ("", ""), (#""id":1"#, #""id":1.5"#), (#""id":1"#, #""id":9223372036854775808"#), (#""id":1"#, #""id":"1""#), ("P/r", "../r"),
        ("P/r", "P"), (#""status":"behind""#, #""status":"lost""#), (#""outstandingSeconds":1"#, #""outstandingSeconds":-1"#),
        (#""outstandingSeconds":1"#, #""outstandingSeconds":1e999"#), (#""outstandingSeconds":1"#, #""outstandingSeconds":"1""#),
        (#""outstandingSeconds":1"#, #""outstandingSeconds":1e10"#),
        (#""refs":1"#, #""refs":-1"#), (#""refs":1"#, #""refs":1e3"#), (#""bytes":3"#, #""bytes":99999999999999999999"#),
        (#""state":"read""#, #""state":"eaten""#), (#""copy":true"#, #""copy":1"#), (#""copy":true"#, #""copy":true,"copy":true"#),
        (#""hashes":{"content":"0000"#, #""hashes":{"content":"zzzz"#), (#""disk":{"#, #""disk":{"x":[[[[[[]]]]]],"#), ("}}", "}"), ("}}", "}}}"),
        (#"{"id""#, #"{"end":true,"id""#), (#"{"id""#, #"{"inspection":1,"id""#),
    ])
    func line_ThatIsNotOne_IsRefused(what: String, instead: String) throws {
        let text = what.isEmpty ? "" : Self.line.replacing(what, with: instead)
        #expect(text != Self.line)
        #expect(throws: InspectionProblem.self) { try InspectionLine(Array(text.utf8)) }
    }

    @Test func line_IsWhole() throws { #expect(try lines(Self.line).count == 1) }
}
