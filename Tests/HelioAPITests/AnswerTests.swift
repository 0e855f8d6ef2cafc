@testable import HelioAPI
@testable import HelioNode
import Testing

@Test func progress_IsIdle_WhenNothingIsToDo() {
    #expect(Sample.render(ProgressAnswer(Sample.snapshot())) == #"{"discovering":false,"syncedRepos":0,"totalRepos":0}"#)
}

@Test func progress_CountsTheFirstList_WhenItIsKnown() {
    var snapshot = Sample.snapshot(.metadataSynchronized)
    snapshot.isDiscovering = true
    #expect(Sample.render(ProgressAnswer(snapshot)) == #"{"discovering":true,"syncedRepos":0,"totalRepos":0}"#)
    snapshot.firstList = (3, 10)
    #expect(Sample.render(ProgressAnswer(snapshot)) == #"{"discovering":false,"syncedRepos":3,"totalRepos":10}"#)
}

@Test func progress_CountsTheRun_WhenOneIsUnderWay() throws {
    var snapshot = Sample.snapshot()
    snapshot.runs = [try run(outstanding: [RepositoryID(1), RepositoryID(2)], equal: 5)]
    #expect(Sample.render(ProgressAnswer(snapshot)) == #"{"discovering":false,"syncedRepos":5,"totalRepos":7}"#)
    snapshot.runs = [try run(outstanding: [], equal: 5)]
    #expect(ProgressAnswer(snapshot).total == 0)
}

private func run(outstanding: Set<RepositoryID>, equal: Int) throws -> Run {
    var random = SeededGenerator(seed: 7)
    var ledger = RunLedger()
    let id = RunID(using: &random)
    ledger.claim(Run(id: id, trigger: .requested, scope: .project("A\u{7}"), acceptsDeletions: true, claimedAt: Sample.now))
    var plan = RunPlan()
    for repository in outstanding { plan.add(repository, of: ProjectID(1), isEqual: false) }
    for index in 0..<equal { plan.add(RepositoryID(Int64(1000 + index)), of: ProjectID(1), isEqual: true) }
    _ = ledger.plan(id, plan, at: Sample.now)
    return try #require(outstanding.isEmpty ? ledger.closeIfDone(id, at: Sample.now) : ledger[id])
}

@Test func run_TellsItsOutcome_WhenOpenAndWhenClosed() throws {
    let open = Sample.render(RunAnswer(run: try run(outstanding: [RepositoryID(1)], equal: 2)))
    let claimed =
        #""trigger":"requested","scope":{"project":"A\u0007"},"acceptsDeletions":true,"claimedAt":"2026-01-02T03:04:05.006Z""#
    #expect(
        open.hasSuffix(
            claimed + #","planned":3,"outstanding":1,"outcomes":{"success":2,"fail":0,"cancel":0,"skipped":0},"#
                + #""status":null,"reason":null,"endedAt":null,"durationSeconds":null}"#))
    let closed = Sample.render(RunAnswer(run: try run(outstanding: [], equal: 2)))
    #expect(
        closed.hasSuffix(
            #""planned":2,"outstanding":0,"outcomes":{"success":2,"fail":0,"cancel":0,"skipped":0},"#
                + #""status":"success","reason":null,"endedAt":"2026-01-02T03:04:05.006Z","durationSeconds":0}"#))
}

@Test func mirroredRepository_HasTheStatusOfTheOriginal_WhenCopyAndFailuresVary() throws {
    func status(_ change: (inout RepositoryEntry) -> Void) throws -> MirroredRepository.Status {
        MirroredRepository(entry: try Sample.entry(1, "A/x", change), identity: Sample.identity).status
    }
    #expect(try status { _ in } == .available)
    #expect(try status { $0.failedSyncCount = 1 } == .errorAvailable)
    #expect(try status { $0.quarantinedSince = Sample.now.monotonic } == .errorAvailable)
    #expect(try status { $0.hasCopy = false } == .initializing)
    #expect(try status { ($0.hasCopy, $0.failedSyncCount) = (false, 1) } == .errorInitializing)
}

@Test func page_WalksTheWholeCatalogueOnce_WhenFollowed() throws {
    let catalogue = try Sample.catalogue(of: 1000)
    var start: Int? = 0
    var seen: [Int64] = []
    while let from = start {
        let page = SyncStatusPage(catalogue, start: from, limit: 37, upstreamID: "u")
        seen += page.values.map(\.entry.repository.id.value)
        start = page.isLast ? nil : from + page.values.count
    }
    #expect(seen == (0..<1000).map(Int64.init))
    let beyond = Sample.render(SyncStatusPage(catalogue, start: SyncStatusPage.maximumStart, limit: 5, upstreamID: "u"))
    #expect(beyond == #"{"size":0,"limit":5,"isLastPage":true,"values":[],"start":1099511627776,"nextPageStart":null}"#)
}

@Test func queue_TellsKindAndAttempt_WhenRepositoriesWait() throws {
    var request = SyncRequest(repository: RepositoryID(3), project: ProjectID(1), trigger: .retry, createdAt: Sample.now)
    request.failedAttempts = 2
    let head = #"{"attempt":3,"createdAt":"2026-01-02T03:04:05.006Z","externalRepoId":"3","type":"#
    #expect(Sample.render(QueuedChange(request, hasCopy: true)) == head + #""INCREMENTAL"}"#)
    #expect(Sample.render(QueuedChange(request, hasCopy: false)) == head + #""SNAPSHOT"}"#)
    request.rebuild = true
    #expect(Sample.render(QueuedChange(request, hasCopy: true)) == head + #""SNAPSHOT"}"#)
}

@Test func overview_IsExactlyThis_WhenRepositoriesLag() throws {
    var snapshot = Sample.snapshot(
        .synchronized,
        Sample.catalogue(
            try Sample.entry(1, "P/a") {
                ($0.quarantinedSince, $0.failedSyncCount) = (Sample.ago(12), 5)
                $0.lastFailure = Failure(.auth, "denied \u{1b}")
            },
            try Sample.entry(2, "P/b") { $0.behindSince = Sample.ago(30) },
            try Sample.entry(3, "P/c") { ($0.hasCopy, $0.behindSince) = (false, Sample.ago(40)) }, try Sample.entry(4, "P/d")))
    snapshot.rejected = [RejectedRepository(path: "x.git", why: "no\nname")]
    snapshot.stateSince = Moment(monotonic: Sample.ago(12) - .milliseconds(500), wall: Sample.now.wall)
    let text = Sample.render(OverviewAnswer(snapshot: snapshot, identity: Sample.identity, now: Sample.now.monotonic))
    #expect(
        text
            == #"{"node":"mirror-1","version":"0.1.0","state":"SYNCHRONIZED","stateSince":"2026-01-02T03:04:05Z","stateSeconds":12.5,"#
            + #""status":200,"ready":true,"reasons":[],"draining":null,"drainKept":false,"lagSeconds":30,"lastUpstreamContactSeconds":1.5,"discovering":false,"#
            + #""repositories":{"total":4,"synchronized":1,"behind":1,"quarantined":1,"firstCopiesLeft":1},"queue":{"waiting":0,"running":0},"#
            + #""worstTotal":3,"worst":[{"repository":"P/a","status":"quarantined","seconds":12,"reason":"auth","message":"denied \u001b","failures":5},"#
            + #"{"repository":"P/c","status":"waiting","seconds":40,"reason":null,"message":null,"failures":0},"#
            + #"{"repository":"P/b","status":"behind","seconds":30,"reason":null,"message":null,"failures":0}],"#
            + #""rejectedTotal":1,"rejected":[{"path":"x.git","why":"no\u000aname"}],"purgeGuard":null}"#)
}

@Test func overview_IsBounded_WhenEverythingLags() throws {
    var catalogue = Catalogue()
    for id in 0..<5000 as Range<Int64> {
        catalogue.insert(
            try Sample.entry(id, "P/r\(id)") { entry in
                entry.behindSince = Sample.ago(id % 997)
                if id % 3 == 0 { entry.quarantinedSince = Sample.ago(id % 101) }
            })
    }
    var snapshot = Sample.snapshot(.synchronized, catalogue)
    snapshot.rejected = (0..<5000).map { RejectedRepository(path: "r\($0)", why: "no") }
    let text = Sample.render(OverviewAnswer(snapshot: snapshot, identity: Sample.identity, now: Sample.now.monotonic))
    #expect(text.utf8.count < 20_000 && text.contains(#""worstTotal":5000,"#) && text.contains(#""rejectedTotal":5000,"#))
    let longer = Sample.render(OverviewAnswer(shown: 1000, snapshot: snapshot, identity: Sample.identity, now: Sample.now.monotonic))
    #expect(longer.ranges(of: #""status":"#).count == 1001 && longer.ranges(of: #""path":"#).count == 1000)
    let worst = LaggingRepositories.worst(catalogue, at: Sample.now.monotonic, limit: 20)
    #expect(worst.map(\.entry.status) == Array(repeating: .quarantined, count: 20))
    #expect(worst.map(\.age) == Array(repeating: .seconds(100), count: 16) + Array(repeating: .seconds(99), count: 4))
}
