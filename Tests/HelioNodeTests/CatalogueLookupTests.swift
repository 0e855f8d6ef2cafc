@testable import HelioNode
import Testing

private func entry(_ id: Int64, project: Int64, key: String, _ change: (inout RepositoryEntry) -> Void = { _ in }) throws
    -> RepositoryEntry
{
    let owner = Project(id: ProjectID(project), key: ByteString(key), name: key, isPublic: false)
    let name = try RepositoryName(project: owner.key, slug: ByteString("r\(id)"))
    var entry = RepositoryEntry(
        repository: Repository(
            id: RepositoryID(id), name: name, displayName: key, project: owner, isPublic: false, description: nil,
            defaultBranch: nil),
        metadata: .unknown)
    change(&entry)
    return entry
}

@Test func catalogue_FindsWhereAProjectBegins_WhenItSpansShelves() throws {
    var catalogue = Catalogue()
    for id in 0..<3000 as Range<Int64> {
        catalogue.insert(try entry(id * 7 % 3000, project: id * 7 % 3000 / 300 * 2, key: "K\(id * 7 % 3000 / 300 * 2)"))
    }
    for project in 0..<21 as Range<Int64> {
        let start = catalogue.start(of: ProjectID(project))
        guard project % 2 == 0, project < 20 else {
            #expect(start == nil)
            continue
        }
        let found = try #require(start)
        #expect(catalogue.shelf(found.shelf)[found.slot].repository.id.value == project * 150)
    }
    #expect(Catalogue().start(of: ProjectID(0)) == nil)
}

/// A pass writes into every entry when it was seen; slow readers, each of another pass, keep one copy of the hashes between them.
@Test func catalogue_LeavesWhatReadersKeep_UntilItChangesForThem() throws {
    var catalogue = Catalogue()
    for id in 0..<3000 as Range<Int64> { catalogue.insert(try entry(id, project: id / 300, key: "K\(id / 300)")) }
    let kept = catalogue.hashShelves
    for id in catalogue.ids {
        catalogue.update(id) { ($0.listedAt, $0.confirmedAt) = (MonotonicTime(nanoseconds: 1), MonotonicTime(nanoseconds: 2)) }
    }
    func changed() -> [Int] {
        kept.indices.filter { shelf in
            kept[shelf].lines.withUnsafeBufferPointer(\.baseAddress) != catalogue.hashShelves[shelf].lines.withUnsafeBufferPointer(\.baseAddress)
        }
    }
    #expect(catalogue.hashShelves.count == kept.count && changed() == [])
    catalogue.update(RepositoryID(0)) { $0.hasCopy = true }
    #expect(changed() == [0] && catalogue.hashShelves[0].lines[0].hasCopy && !kept[0].lines[0].hasCopy)
    #expect(catalogue.hashShelves[0].revision > kept[0].revision)
}

@Test func catalogue_KnowsAKey_AsLongAsARepositoryHasIt() throws {
    var catalogue = Catalogue()
    catalogue.insert(try entry(1, project: 5, key: "A"))
    catalogue.insert(try entry(2, project: 5, key: "A"))
    catalogue.insert(try entry(3, project: 6, key: "a"))
    #expect(catalogue.projectID(key: "A") == ProjectID(5))
    #expect(catalogue.projectID(key: "a") == ProjectID(6))
    catalogue.remove(RepositoryID(1))
    #expect(catalogue.projectID(key: "A") == ProjectID(5))
    catalogue.remove(RepositoryID(2))
    #expect(catalogue.projectID(key: "A") == nil)
}

@Test(arguments: 0..<10 as Range<UInt64>)
func catalogue_TellsTheOldest_WhenAgesComeAndGo(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var catalogue = Catalogue()
    var since: [Int64: Int64] = [:]
    for id in 0..<200 as Range<Int64> { catalogue.insert(try entry(id, project: 1, key: "A") { $0.hasCopy = true }) }
    for _ in 0..<2000 {
        let id = Int64.random(in: 0..<200, using: &random)
        let time = Bool.random(using: &random) ? Int64.random(in: 0..<1000, using: &random) : nil
        since[id] = time
        catalogue.update(RepositoryID(id)) { $0.behindSince = time.map { MonotonicTime(nanoseconds: $0) } }
    }
    let oldest = catalogue.oldest(.behind, limit: 20).compactMap(\.behindSince?.nanoseconds)
    #expect(oldest == Array(since.values.sorted().prefix(20)), "seed \(seed)")
    #expect(catalogue.oldest(.synchronized, limit: 20).isEmpty)
}

@Test(arguments: 0..<10 as Range<UInt64>)
func catalogue_TellsWhatIsOutstandingForLongest_WhateverTheState(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func time() -> MonotonicTime? {
        Bool.random(using: &random) ? MonotonicTime(nanoseconds: Int64.random(in: 0..<1000, using: &random)) : nil
    }
    var catalogue = Catalogue()
    for id in 0..<200 as Range<Int64> { catalogue.insert(try entry(id, project: 1, key: "A") { $0.hasCopy = id % 5 > 0 }) }
    for round in 0..<2000 as Range<Int64> {
        let (behind, quarantined) = (time(), time())
        catalogue.update(RepositoryID(round * 7 % 200)) { ($0.behindSince, $0.quarantinedSince) = (behind, quarantined) }
    }
    for id in 0..<20 as Range<Int64> { catalogue.remove(RepositoryID(id)) }
    let all = catalogue.entries.compactMap { entry in [entry.behindSince, entry.quarantinedSince].compactMap { $0 }.min() }
    let oldest = catalogue.oldestOutstanding(limit: 20).compactMap(\.outstandingSince)
    #expect(oldest == Array(all.sorted().prefix(20)), "seed \(seed)")
}

@Test func ages_DoNotPileUp_WhenOneRepositoryStaysBehind() {
    var index = AgeIndex()
    index.set(RepositoryID(0), MonotonicTime(nanoseconds: 0))
    for round in 1..<10_000 as Range<Int64> {
        index.set(RepositoryID(1), MonotonicTime(nanoseconds: round))
        index.set(RepositoryID(1), nil)
    }
    #expect(index.heapCount < 200)
    #expect(index.oldest(5) == [RepositoryID(0)])
}

@Test func hex_IsWrittenDigitByDigit_WhenEveryByteIsTried() {
    for byte in UInt8.min...UInt8.max {
        let raw = (0..<32).map { byte &+ UInt8($0) }
        let expected = raw.map {
            "0123456789abcdef".map(String.init)[Int($0 >> 4)] + "0123456789abcdef".map(String.init)[Int($0 & 15)]
        }
        var digest: [UInt8] = []
        Digest(raw: raw).appendHex(to: &digest)
        #expect(String(decoding: digest, as: UTF8.self) == expected.joined())
        #expect(ObjectID(raw: raw.prefix(20))?.description == expected.prefix(20).joined())
    }
}
