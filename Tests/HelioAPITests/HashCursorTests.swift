@testable import HelioAPI
import Foundation
import HelioHTTP
import HelioNode
import Testing

private func pieces(_ cursor: HashCursor, of size: Int) -> [[UInt8]] {
    var cursor = cursor
    var pieces: [[UInt8]] = []
    var more = true
    while more {
        var piece: [UInt8] = []
        more = cursor.fill(&piece, upTo: size)
        pieces.append(piece)
    }
    return pieces
}

private func text(_ cursor: HashCursor, pieceSize: Int = 64 * 1024) -> String {
    String(decoding: pieces(cursor, of: pieceSize).joined(), as: UTF8.self)
}

private func mixed() throws -> Catalogue {
    Sample.catalogue(
        try Sample.entry(9, "B/y", project: 2, isPublic: true), try Sample.entry(3, "A/x"),
        try Sample.entry(4, "A/z") { $0.content = .unknown }, try Sample.entry(1, "C/w", project: 3) { $0.hasCopy = false },
        try Sample.entry(5, "A/no") { $0.hasCopy = false }, try Sample.entry(2, "D/v", project: 4))
}

@Test func hashes_AreExactlyTheseBytes_WhenAProjectHasNoCopies() throws {
    let zeros = String(repeating: "0", count: 40)
    let (c, m) = (Sample.contentHex, Sample.metadataHex)
    let expected =
        #"{"projects":[{"id":1,"public":false,"repositories":["#
        + #"{"id":3,"hashes":{"content":"\#(c)","metadata":"\#(m)"}},{"id":4,"hashes":{"content":"\#(zeros)","metadata":"\#(m)"}}]},"#
        + #"{"id":2,"public":true,"repositories":[{"id":9,"hashes":{"content":"\#(c)","metadata":"\#(m)"}}]},"#
        + #"{"id":4,"public":false,"repositories":[{"id":2,"hashes":{"content":"\#(c)","metadata":"\#(m)"}}]}]}"#
    #expect(text(HashCursor(try mixed(), .all)) == expected)
}

@Test func hashes_HoldOneKey_WhenAVariantIsAskedFor() throws {
    let catalogue = Sample.catalogue(try Sample.entry(-7, "A/x"))
    let head = #"{"projects":[{"id":1,"public":false,"repositories":[{"id":-7,"hashes":{"#
    #expect(text(HashCursor(catalogue, .content)) == head + #""content":"\#(Sample.contentHex)"}}]}]}"#)
    #expect(text(HashCursor(catalogue, .metadata)) == head + #""metadata":"\#(Sample.metadataHex)"}}]}]}"#)
}

@Test func hashes_AreAnEmptyList_WhenNothingIsMirrored() throws {
    #expect(text(HashCursor(Catalogue(), .all)) == #"{"projects":[]}"#)
    let waiting = Sample.catalogue(try Sample.entry(1, "A/x") { $0.hasCopy = false })
    #expect(text(HashCursor(waiting, .all)) == #"{"projects":[]}"#)
    #expect(text(HashCursor(waiting, .all, only: ProjectID(1))) == #"{"projects":[]}"#)
}

@Test func hashes_HoldOneProject_WhenItIsAskedFor() throws {
    let one = text(HashCursor(try mixed(), .content, only: ProjectID(2)))
    #expect(
        one == #"{"projects":[{"id":2,"public":true,"repositories":[{"id":9,"hashes":{"content":"\#(Sample.contentHex)"}}]}]}"#)
    let last = text(HashCursor(try mixed(), .content, only: ProjectID(4)))
    #expect(
        last == #"{"projects":[{"id":4,"public":false,"repositories":[{"id":2,"hashes":{"content":"\#(Sample.contentHex)"}}]}]}"#)
}

@Test func hashes_OfEachProjectAloneAddUpToAll_WhenProjectsSpanShelves() throws {
    let catalogue = try Sample.catalogue(of: 1500)
    let all = text(HashCursor(catalogue, .all)).dropFirst(#"{"projects":["#.count).dropLast(2)
    let parts = (0..<15).map { id in
        text(HashCursor(catalogue, .all, only: ProjectID(Int64(id)))).dropFirst(#"{"projects":["#.count).dropLast(2)
    }
    #expect(all == parts.joined(separator: ","))
}

@Test(arguments: [1, 100, 4096, ResponseBody.pieceSize])
func hashes_ComeInBoundedPieces_WhenTheCatalogueIsLarge(size: Int) throws {
    let catalogue = try Sample.catalogue(of: 2000)
    let cut = pieces(HashCursor(catalogue, .all), of: size)
    let longestEntry = 400
    #expect(cut.allSatisfy { $0.count <= size + longestEntry })
    #expect(Array(cut.joined()) == Array(text(HashCursor(catalogue, .all)).utf8))
}

@Test func hashes_AreValidJSONInOrder_WhenParsed() throws {
    let catalogue = try Sample.catalogue(of: 1000)
    let parsed =
        try JSONSerialization.jsonObject(with: Data(text(HashCursor(catalogue, .all)).utf8)) as? [String: [[String: Any]]]
    let projects = try #require(parsed?["projects"])
    #expect(projects.compactMap { $0["id"] as? Int } == Array(0..<10))
    let ids = projects.flatMap { $0["repositories"] as? [[String: Any]] ?? [] }.compactMap { $0["id"] as? Int }
    #expect(ids == Array(0..<1000))
}

@Test func hashes_TellOfTheMomentTheyBegan_WhenTheCatalogueChangesMidStream() throws {
    let catalogue = try Sample.catalogue(of: 1000)
    let before = text(HashCursor(catalogue, .all))
    var cursor = HashCursor(catalogue, .all)
    var streamed: [UInt8] = []
    _ = cursor.fill(&streamed, upTo: 10_000)
    var changed = catalogue
    changed.update(RepositoryID(900)) { $0.content = .unknown }
    for id in 500..<700 { changed.remove(RepositoryID(Int64(id))) }
    var more = true
    while more {
        var piece: [UInt8] = []
        more = cursor.fill(&piece, upTo: 10_000)
        streamed += piece
    }
    #expect(streamed == Array(before.utf8))
    #expect(text(HashCursor(changed, .all)) != before)
}

@Test func stream_IsPulledInPiecesOfTheServersSize_WhenProduced() throws {
    let stream = HashStream(HashCursor(try Sample.catalogue(of: 3000), .all))
    var sizes: [Int] = []
    var more = true
    while more {
        var piece: [UInt8] = []
        more = stream.produce(into: &piece)
        sizes.append(piece.count)
    }
    #expect(sizes.count > 5)
    #expect(sizes.dropLast().allSatisfy { (ResponseBody.pieceSize...ResponseBody.pieceSize + 400).contains($0) })
}

@Test(arguments: [0, 7, 10, 99, 100, 9_007_199_254_740_991, -1, Int64.min, Int64.max] as [Int64])
func decimal_IsWrittenAsStringDoes_WhenNumbersAreExtreme(number: Int64) {
    var output: [UInt8] = []
    Decimal.append(number, to: &output)
    #expect(output == Array(String(number).utf8))
}
