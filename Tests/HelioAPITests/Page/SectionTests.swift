@testable import HelioAPI
import HelioMetrics
@testable import HelioNode
import Testing

@Test func goodNode_NeedsNoLook() {
    let page = PageSample.text(of: PageSample.reading())
    #expect(page.contains("<title>SYNCHRONIZED, ready – mirror-1</title>"))
    #expect(page.contains("Nothing needs a look."))
    #expect(page.contains(#"<section id="state" class="state good">"#))
    #expect(page.contains(#"<time datetime="2026-01-02T03:03:05Z">2026-01-02 03:03:05 UTC</time>, for 1 m."#))
    #expect(!page.contains("First synchronisation"))
}

@Test func drainedNode_SaysWhy() {
    var snapshot = Sample.snapshot()
    (snapshot.draining, snapshot.drainIsKept) = ("new <disk>", true)
    snapshot.judge()
    let page = PageSample.text(of: PageSample.reading(snapshot))
    #expect(page.contains("<title>SYNCHRONIZED, drained – mirror-1</title>"))
    #expect(page.contains("<strong>Drained, over restarts</strong> new &lt;disk&gt;. What ends it: heliostat undrain."))
    #expect(page.contains("state warning"))
}

@Test func everyReason_IsTold_TheMostPressingFirst() throws {
    var snapshot = Sample.snapshot(.synchronized, Sample.catalogue(try Sample.entry(1, "A/x") { $0.behindSince = Sample.ago(4000) }))
    snapshot.isStoreWritable = false
    snapshot.purgeGuard = "40 of 50 vanished"
    snapshot.farm.mayWithdraw = true
    snapshot.diskLevel = .low
    let concerns = Concerns(PageSample.reading(snapshot)).list
    #expect(concerns.map(\.what) == ["Purge guard", "Lagging behind", "Store not writable", "Disk nearly full"])
    #expect(concerns.map(\.urgency) == [.bad, .bad, .bad, .warning])
    #expect(StateSection(PageSample.reading(snapshot)).verdict == "SYNCHRONIZED, not ready")
}

@Test func firstSynchronisation_HasABar_AndAnEstimate() {
    var snapshot = Sample.snapshot(.metadataSynchronized)
    snapshot.firstList = (30, 120)
    snapshot.stateSince = Moment(monotonic: Sample.ago(60), wall: Sample.now.wall)
    let section = PageSample.text(ProgressSection(PageSample.reading(snapshot)))
    #expect(section.contains(#"<progress aria-label="First synchronisation" max="120" value="30">30 of 120</progress>"#))
    #expect(section.contains("<strong>30 of 120</strong> repositories are through (25 %), about 3 m left at this pace."))
    snapshot.firstList = (120, 120)
    #expect(PageSample.text(ProgressSection(PageSample.reading(snapshot))).contains("Now everything is compared with the upstream once."))
    snapshot.firstList = (0, 0)
    #expect(PageSample.text(ProgressSection(PageSample.reading(snapshot))).contains(#"max="1" value="1""#))
    (snapshot.firstList, snapshot.isDiscovering) = (nil, true)
    #expect(PageSample.text(ProgressSection(PageSample.reading(snapshot))).contains("The upstream is asked for its repositories."))
    snapshot.isDiscovering = false
    #expect(PageSample.text(ProgressSection(PageSample.reading(snapshot))) == "")
}

@Test func farm_ShowsItsNodes_AndThatTheViewIsOld() {
    var other = PageSample.member("mirror-2", .metadataSynchronized, isReady: false, number: 2)
    other.standing.catalogue = 7
    let members = [PageSample.member("mirror-1"), PageSample.member("mirror-3", number: 3), other]
    var picture = FarmPicture(members: members, readAt: Sample.ago(2), coordinator: "redis", leases: [.vet: 4])
    let fresh = PageSample.text(FarmSection(PageSample.reading(farm: picture), within: 9000))
    #expect(fresh.contains("3 nodes at Redis, read 2 s ago. This node holds the leases: vet."))
    #expect(fresh.contains("differs") && fresh.contains("same") && !fresh.contains(#"class="old""#))
    let order = ["mirror-1", "mirror-2", "mirror-3"].compactMap { fresh.firstRange(of: $0)?.lowerBound }
    #expect(order.count == 3 && order == order.sorted(), "who is not ready comes before who is")
    picture.readAt = Sample.ago(40)
    let reading = PageSample.reading(farm: picture)
    let old = PageSample.text(FarmSection(reading, within: 9000))
    #expect(old.contains("last read 40 s ago at") && old.contains("alone since then") && old.contains(#"<tr class="old">"#))
    #expect(Concerns(reading).list.map(\.what) == ["Alone, Redis is lost"])
    (picture.readAt, picture.refusal) = (nil, "has the name already")
    #expect(Concerns(PageSample.reading(farm: picture)).list.map(\.what) == ["Refused by the farm", "Farm not seen yet"])
    #expect(PageSample.text(FarmSection(PageSample.reading(), within: 9000)).contains("A node by itself."))
}

@Test func repositories_AreShownWithReasons_QuarantinedFirst() throws {
    let catalogue = Sample.catalogue(
        try Sample.entry(1, "A/fine"), try Sample.entry(2, "A/late") { $0.behindSince = Sample.ago(90) },
        try Sample.entry(3, "A/broken") {
            ($0.quarantinedSince, $0.failedSyncCount) = (Sample.ago(30), 7)
            $0.lastFailure = Failure(.corrupt, "fatal: bad object in '/srv/git/A/broken.git'")
        })
    var snapshot = Sample.snapshot(.synchronized, catalogue)
    snapshot.rejected = [RejectedRepository(path: "-bad", why: "a segment starts with -")]
    let reading = PageSample.reading(snapshot)
    let section = PageSample.text(RepositoriesSection(reading))
    #expect(section.contains("2 of 3 are not known to be as the upstream has them."))
    #expect(section.contains("<strong>corrupt</strong> fatal: bad object in &#39;A/broken.git&#39;</td>"))
    #expect(try #require(section.firstRange(of: "A/broken")?.lowerBound) < #require(section.firstRange(of: "A/late")?.lowerBound))
    #expect(section.contains("quarantined</span></td><td class=\"number\">30 s</td>"))
    #expect(section.contains("<h3>Not mirrored</h3>") && section.contains("-bad"))
    #expect(Concerns(reading).list.map(\.what) == ["Quarantined repositories"])
    #expect(PageSample.text(RepositoriesSection(PageSample.reading())).contains("No repository is known yet."))
    let fine = PageSample.reading(Sample.snapshot(.synchronized, Sample.catalogue(try Sample.entry(1, "A/fine"))))
    #expect(PageSample.text(RepositoriesSection(fine)).contains("Every repository is as the upstream last had it."))
}

@Test func runs_AreMarkedByShape_AndToldInWords() {
    var snapshot = Sample.snapshot()
    snapshot.runs = [
        PageSample.run(.success, took: 2), PageSample.run(.success, took: 3), PageSample.run(.success, took: 200),
        PageSample.run(.fail, took: 4, reason: "1 of 5 failed"), PageSample.run(.cancel, took: 1), PageSample.run(nil, took: 3),
    ]
    let section = PageSample.text(RunsSection(PageSample.reading(snapshot)))
    let words = "The last 6 runs: 1 s to 3 m 20 s, median 3 s; 1 failed, 1 cancelled, 1 under way; bars with a gap are longer"
    #expect(section.contains(words))
    for shape in ["success", "failure", "cancelled", "open", "cross", "gap"] {
        #expect(section.contains(#"<path class="\#(shape)""#), "\(shape)")
    }
    #expect(section.contains("1 of 5 failed") && section.contains("5 of 5, 1 failed") && section.contains("under way</span>"))
    #expect(PageSample.text(RunsSection(PageSample.reading())).contains("No run yet."))
    snapshot.runs = [PageSample.run(.success, took: 0)]
    #expect(PageSample.text(RunsSection(PageSample.reading(snapshot))).contains("One run: 0 s."))
}

@Test func webhooks_TellWhatWaits_AndWhenTheyWereCounted() {
    let endpoints = [
        WebhookPicture.Endpoint(name: "ci", state: "active", underWay: 1, lastError: nil),
        WebhookPicture.Endpoint(name: "gone", state: "active", underWay: 0, lastError: "Failed to connect to 10.0.0.9 port 81"),
        WebhookPicture.Endpoint(name: "chat", state: "unreachable", underWay: 0, lastError: "answered 500"),
    ]
    func picture(_ age: Int64) -> WebhookPicture {
        let oldest = WallTime(millisecondsSince1970: Sample.now.wall.millisecondsSince1970 - 61_000)
        return WebhookPicture(endpoints: endpoints, pending: 12, dead: 3, oldest: oldest, countedAt: Sample.ago(age))
    }
    let fresh = PageSample.reading(webhooks: picture(3))
    let section = PageSample.text(WebhooksSection(fresh))
    #expect(section.contains("<dt>Pending</dt>") && section.contains("12") && section.contains("1 m 1 s") && section.contains("answered 500"))
    #expect(!section.contains("does not answer"))
    #expect(!section.contains("10.0.0.9") && section.contains("No answer; heliostat webhooks list says why."))
    #expect(Concerns(fresh).list.map(\.what) == ["Webhook unreachable", "Dead deliveries"])
    let old = PageSample.text(WebhooksSection(PageSample.reading(webhooks: picture(45))))
    #expect(old.contains("Counted 45 s ago: the store does not answer."))
    #expect(PageSample.text(WebhooksSection(PageSample.reading())).contains("Not counted yet"))
}

@Test func timers_HaveALine_AndTheirFigures() {
    let tracks = PageSample.timers(["farm.vet", "farm.idle"], [10, 20, 30])
    let section = PageSample.text(TimersSection(PageSample.reading(timers: tracks)))
    #expect(section.contains("farm.<wbr>vet</th>") && !section.contains("idle<"))
    #expect(section.contains("1 more have recorded nothing."))
    #expect(section.contains(#"aria-label="10 ms to 30 ms, last 30 ms""#))
    #expect(section.contains(#"<path d="M114 13h2L118 7L120 2">"#), "\(section)")
    #expect(PageSample.text(TimersSection(PageSample.reading())).contains("Nothing was timed before the last sample"))
}

@Test func silentUpstream_IsToldBeforeItIsARuleOfReadiness() {
    var snapshot = Sample.snapshot()
    snapshot.lastContact = Moment(monotonic: Sample.ago(1200), wall: Sample.now.wall)
    #expect(Concerns(PageSample.reading(snapshot)).list.isEmpty)
    snapshot.lastContact = Moment(monotonic: Sample.ago(2400), wall: Sample.now.wall)
    let expected = Concern(urgency: .warning, what: "Upstream silent", detail: "It last answered 40 m ago.")
    #expect(Concerns(PageSample.reading(snapshot)).list == [expected])
    snapshot.lastContact = nil
    #expect(Concerns(PageSample.reading(snapshot)).list.map(\.what) == ["Upstream not reached yet"])
}

@Test func failure_IsAConcern_BeforeItIsAQuarantine() throws {
    let catalogue = Sample.catalogue(
        try Sample.entry(1, "A/late") { $0.behindSince = Sample.ago(90) },
        try Sample.entry(2, "A/failing") {
            $0.behindSince = Sample.ago(30)
            $0.lastFailure = Failure(.timeout, "no answer")
        })
    #expect(Concerns(PageSample.reading(Sample.snapshot(.synchronized, catalogue))).list.map(\.what) == ["Failing repositories"])
}

/// A URL that refuses: nobody knows whether there is a change.
@Test func failuresOfGoodCopies_AreShownAndCounted() throws {
    let entries = try (1...30 as ClosedRange<Int64>).map { id in
        try Sample.entry(id, "A/r\(id)") { entry in
            entry.confirmedAt = Sample.ago(id)
            if id > 5 { entry.lastFailure = Failure(.connection, "the host says no") }
        }
    }
    var catalogue = Catalogue()
    for entry in entries { catalogue.insert(entry) }
    #expect(catalogue.counts.failing == 25 && catalogue.counts.doubtful == 25 && catalogue.counts.synchronized == 30)
    let reading = PageSample.reading(Sample.snapshot(.synchronized, catalogue))
    #expect(Concerns(reading).list.map(\.detail) == ["25 of 30 repositories failed when they were last tried."])
    let section = PageSample.text(RepositoriesSection(reading))
    #expect(section.contains("25 of 30 are not known to be as the upstream has them.") && section.contains("A/r30") && !section.contains("A/r6<"))
    #expect(section.contains("And 5 more") && section.contains("heliostat status --all"))
    catalogue.update(RepositoryID(30)) { $0.lastFailure = nil }
    #expect(catalogue.counts.failing == 24 && catalogue.oldestDoubtful(limit: 1).first?.repository.id == RepositoryID(29))
}

/// They are kept in the order in which they ended.
@Test func runs_StandInTheOrderOfTheirClaims() {
    var snapshot = Sample.snapshot()
    var failed = PageSample.run(.fail, took: 1, reason: "read the directory /srv/secret/place: gone")
    failed.planned = nil
    snapshot.runs = [PageSample.run(.success, took: 5), failed, PageSample.run(.success, took: 300)]
    let reading = PageSample.reading(snapshot)
    #expect(reading.runs.map { $0.end?.duration } == [.seconds(300), .seconds(5), .seconds(1)])
    #expect(Concerns(reading).list.map(\.what) == ["The last run failed"])
    #expect(!PageSample.text(RunsSection(reading)).contains("secret") && !Concerns(reading).list[0].detail.contains("secret"))
}
