import Foundation
@testable import HelioAPI
import HelioMetrics
@testable import HelioNode
import TestSupport
import Testing

/// The largest farm, with the longest and nastiest names and messages that anybody could give to anything.
private func nastyReading() throws -> PageReading {
    let nasty = String(repeating: PageSample.nasty, count: 60)
    let segment = String(repeating: "\u{202E}<\"'&>", count: 22)
    var catalogue = Catalogue()
    for index in 0..<100_000 {
        catalogue.insert(
            // Of the oldest, which are the ones that are shown.
            try Sample.entry(Int64(index), index < 200 ? "\(segment)/\(segment)\(index)" : "P/\(index)", project: index < 200 ? 1 : 2) {
                ($0.quarantinedSince, $0.failedSyncCount) = (Sample.ago(index < 200 ? 3000 : 60), .max)
                $0.lastFailure = Failure(.noProgress, nasty)
            })
    }
    var snapshot = Sample.snapshot(.metadataSynchronized, catalogue)
    (snapshot.draining, snapshot.purgeGuard, snapshot.firstList) = (nasty, nasty, (1, 100_000))
    snapshot.rejected = Array(repeating: RejectedRepository(path: nasty, why: nasty), count: 10_000)
    snapshot.runs = (1...140).map { PageSample.run(.fail, took: $0, reason: nasty) }
    (snapshot.isStoreWritable, snapshot.diskLevel, snapshot.lastContact) = (false, .stop, nil)
    let members = (1...100).map { number in
        var member = PageSample.member(nasty, .metadataSynchronized, isReady: false, number: number)
        (member.host, member.version, member.standing.isDraining) = (nasty, nasty, true)
        return member
    }
    let endpoints = (1...100).map { _ in WebhookPicture.Endpoint(name: nasty, state: "unreachable", underWay: .max, lastError: nasty) }
    let timers = PageSample.timers((1...80).map { "operation.distributed.timer-of-number-\($0)" }, (1...70).map { $0 * 977 % 5000 })
    var identity = Sample.identity
    // What grows most when it is escaped.
    let quotes = String(repeating: "\"", count: 500)
    (identity.name, identity.version, identity.upstream.url) = (quotes, quotes, quotes)
    return PageSample.reading(
        snapshot, farm: FarmPicture(members: members, readAt: Sample.ago(50), coordinator: "redis", refusal: nasty),
        webhooks: WebhookPicture(
            endpoints: endpoints, pending: .max, dead: .max, oldest: WallTime(millisecondsSince1970: 0), countedAt: Sample.ago(90)),
        timers: timers, identity: identity)
}

private let nastiest = Result { try nastyReading() }

@Test func page_IsBoundedAndClean_WhateverIsInIt() throws {
    let reading = try nastiest.get()
    let start = ContinuousClock.now
    let bytes = FrontPage(reading: reading).render()
    print("the largest page: \(bytes.count) bytes in \(ContinuousClock.now - start)")
    #expect(bytes.count <= FrontPage.limit)
    let page = String(decoding: bytes, as: UTF8.self)
    let main = try #require(page.firstRange(of: "<main")).lowerBound..<#require(page.firstRange(of: "</main>")).upperBound
    #expect(!page[main].unicodeScalars.contains { $0 != "\n" && [.control, .format].contains($0.properties.generalCategory) })
    #expect(page.components(separatedBy: "<script").count == 2, "ours, and no other")
    #expect(!page[main].contains("alert(\"") && !page[main].contains(" style="))
    // Every section says how much of it is not shown.
    #expect(page[main].components(separatedBy: #"<p class="more">"#).count == 8)
    #expect(page[main].contains("⟨U+202E⟩&lt;"))
}

@Test func wholeFarm_IsShown_WhereNamesAreOrdinary() {
    let members = (1...100).map { PageSample.member("mirror-\($0).eu-west.example", isReady: $0 != 70, number: $0) }
    let page = PageSample.text(of: PageSample.reading(farm: FarmPicture(members: members, readAt: Sample.ago(2), coordinator: "redis")))
    #expect(members.allSatisfy { page.contains(">\($0.name)<") } && !page.contains(#"class="more""#))
    #expect(page.utf8.count <= FrontPage.limit)
}

@Test func page_IsWellFormed() throws {
    // As XML, once what HTML leaves open is closed.
    var page = PageSample.text(of: try nastiest.get())
    for open in ["charset=\"utf-8\">", "initial-scale=1\">", "light dark\">", "<wbr>", "3C/svg%3E\">"] {
        #expect(page.contains(open))
        page = page.replacing(open, with: open.dropLast() + "/>")
    }
    page = page.replacing("<!doctype html>", with: "")
    page = page.replacing(#/<(script|style)>[\s\S]*?</(script|style)>/#, with: "")
    let linter = try Linted(page)
    #expect(linter.status == 0, "\(linter.errors)")
}

/// By python3, which the tests need anyway.
private struct Linted {
    let status: Int32
    let errors: String

    init(_ xml: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read().strip())"]
        let (input, output) = (Pipe.make(), Pipe.make())
        (process.standardInput, process.standardError) = (input, output)
        try process.start()
        try input.fileHandleForWriting.write(contentsOf: Data(xml.utf8))
        try input.fileHandleForWriting.close()
        errors = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}

@Test func ids_AreUnique() throws {
    let page = PageSample.text(of: try nastiest.get())
    let ids = page.matches(of: #/ id="([^"]*)"/#).map { String($0.output.1) }
    #expect(ids.count > 10 && Set(ids).count == ids.count, "\(ids)")
}
