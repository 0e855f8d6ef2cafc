@testable import HelioAPI
import HelioHTTP
import HelioLoop
@testable import HelioNode
import Synchronization
import Testing

/// The texts that readers of `repo-hashes` share, against the rendering for one reader.
@Suite struct HashTextTests {
    private let texts = HashTexts()

    private func direct(_ catalogue: Catalogue, _ variant: HashVariant = .all) -> [UInt8] {
        var cursor = HashCursor(catalogue, variant)
        var bytes: [UInt8] = []
        _ = cursor.fill(&bytes, upTo: .max)
        return bytes
    }

    /// Everything that a stream has to say, ranges read from where they lie.
    private func shared(_ catalogue: Catalogue, _ variant: HashVariant = .all) throws -> [UInt8] {
        let stream = HashStream(HashCursor(catalogue, variant), texts)
        var bytes: [UInt8] = []
        var goesOn = true
        while goesOn { goesOn = try next(stream, &bytes) }
        return bytes
    }

    private func next(_ stream: HashStream, _ bytes: inout [UInt8]) throws -> Bool {
        var piece: [UInt8] = []
        let goesOn = stream.produce(into: &piece)
        bytes += piece
        if var range = stream.takeRange() {
            #expect(range.count <= ResponseBody.rangeSize + 64 * 1024)
            try range.move(atMost: range.count, to: &bytes)
        }
        return goesOn
    }

    @Test(arguments: HashVariant.allCases) func text_IsThatOfOneReader(variant: HashVariant) throws {
        let catalogue = try Sample.catalogue(of: 5000)
        let expected = direct(catalogue, variant)
        #expect(try shared(catalogue, variant) == expected)
        let size = texts.size
        #expect(try shared(catalogue, variant) == expected)
        #expect(texts.size == size, "nothing is rendered twice")
    }

    /// Of a small catalogue every change renders a text anew, and each costs more than its bytes.
    @Test func textsOfTheSmall_AreBoundedByNumber() throws {
        let key = { HashTexts.Key(variant: .all, revision: $0, first: RepositoryID(1), previous: nil) }
        for revision in 0..<5000 as Range<UInt64> {
            _ = texts.text(key(revision), repositories: 1) {
                $0 += [UInt8](repeating: 0x78, count: 100)
                return nil
            }
        }
        #expect(texts.size <= 100 * 1100)
    }

    @Test func change_RendersOneShelfAnew() throws {
        var catalogue = try Sample.catalogue(of: 20_000)
        _ = try shared(catalogue)
        let size = texts.size
        catalogue.update(RepositoryID(7777)) { $0.content = .unknown }
        #expect(try shared(catalogue) == direct(catalogue))
        #expect(texts.size - size < size / 20)
    }

    /// Inserts, removals and changes at random: shelves split and vanish, projects lose all their copies.
    @Test(arguments: 1...5 as ClosedRange<UInt64>) func text_IsThatOfOneReader_WhateverHasChanged(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var catalogue = Catalogue()
        var ids: [Int64] = []
        for round in 0..<20 {
            for _ in 0..<Int.random(in: 0..<80, using: &random) {
                let id = Int64.random(in: 0..<2000, using: &random)
                guard catalogue[RepositoryID(id)] == nil else { continue }
                let project = id % 7
                catalogue.insert(try Sample.entry(id, "P\(project)/r\(id)", project: project) { $0.hasCopy = id % 5 > 0 })
                ids.append(id)
            }
            for _ in 0..<Int.random(in: 0..<30, using: &random) {
                guard let id = ids.randomElement(using: &random) else { continue }
                catalogue.update(RepositoryID(id)) { entry in
                    if id % 2 == 0 { entry.hasCopy.toggle() } else { entry.content = entry.content == .unknown ? Sample.content : .unknown }
                }
            }
            if round % 3 == 0, let id = ids.randomElement(using: &random) {
                catalogue.remove(RepositoryID(id))
                ids.removeAll { $0 == id }
            }
            #expect(try shared(catalogue) == direct(catalogue), "seed \(seed), round \(round)")
        }
    }

    @Test func turn_IsShort_WhereNothingHasACopyYet() throws {
        var catalogue = try Sample.catalogue(of: 20_000)
        for id in 1..<19_999 { catalogue.update(RepositoryID(Int64(id))) { $0.hasCopy = false } }
        let stream = HashStream(HashCursor(catalogue, .all), texts)
        var (told, turns) = ([UInt8](), 1)
        while try next(stream, &told) { turns += 1 }
        #expect(told == direct(catalogue))
        #expect(turns > catalogue.shelfCount / 40)
    }

    @Test func reader_IsToldOfTheMomentAtWhichItBegan() throws {
        var catalogue = try Sample.catalogue(of: 5000)
        let before = direct(catalogue)
        let slow = HashStream(HashCursor(catalogue, .all), texts)
        var told: [UInt8] = []
        #expect(try next(slow, &told))
        for id in stride(from: 0, to: 5000, by: 3) { catalogue.update(RepositoryID(Int64(id))) { $0.content = .unknown } }
        #expect(try shared(catalogue) == direct(catalogue))
        while try next(slow, &told) {}
        #expect(told == before)
    }

    @Test func texts_AreDropped_WhenMostOfThemAreOld() throws {
        var catalogue = try Sample.catalogue(of: 2000)
        var largest = 0
        for round in 0..<120 {
            for id in 0..<2000 { catalogue.update(RepositoryID(Int64(id))) { $0.content = round % 2 == 0 ? .unknown : Sample.content } }
            #expect(try shared(catalogue) == direct(catalogue))
            largest = max(largest, texts.size)
        }
        #expect(largest < 20 * 1024 * 1024)
        #expect(texts.size < largest)
    }

    @Test func texts_AreGivenBack_WhenNobodyReads() throws {
        let now = Mutex(ContinuousClock.now)
        let texts = HashTexts { now.withLock { $0 } }
        let catalogue = try Sample.catalogue(of: 2000)
        let stream = HashStream(HashCursor(catalogue, .all), texts)
        var told: [UInt8] = []
        var piece: [UInt8] = []
        _ = stream.produce(into: &piece)
        now.withLock { $0 += HashTexts.keptFor }
        texts.releaseUnused()
        #expect(texts.size > 0)
        now.withLock { $0 += .seconds(1) }
        texts.releaseUnused()
        #expect(texts.size == 0)
        told = piece
        var range = try #require(stream.takeRange())
        try range.move(atMost: range.count, to: &told)
        while try next(stream, &told) {}
        #expect(told == direct(catalogue), "who reads goes on")
    }

    @Test func document_IsWhole_OverTheWire() async throws {
        let catalogue = try Sample.catalogue(of: 3000)
        try await LiveNode.run(.synchronized, catalogue) { (node) async throws in
            for path in ["", "/content", "/metadata"] {
                let answer = try await node.tcp("GET", "/rest/mirroring/latest/repo-hashes" + path)
                let variant: HashVariant = path.isEmpty ? .all : path == "/content" ? .content : .metadata
                #expect(answer.body == direct(catalogue, variant))
            }
        }
    }
}
