@testable import HelioAPI
import HelioHTTP
import Testing

/// What a connection has in memory for its reader is told, so that it can be bounded.
@Test(arguments: [1, 3]) func rendering_IsKept_ForEachReaderOfALongOne(pieces: Int) throws {
    let rendering = MetricsRendering(headers: [], body: [UInt8](repeating: 0x61, count: pieces * ResponseBody.pieceSize))
    for _ in 0..<2 {
        switch rendering.response.body {
        case .stream(let producer):
            #expect(pieces > 1)
            var (taken, piece) = (0, [UInt8]())
            var goesOn = true
            while goesOn {
                #expect(producer.retainedBytes == rendering.body.count)
                piece.removeAll()
                goesOn = try producer.produce(into: &piece)
                taken += piece.count
            }
            #expect(taken == rendering.body.count)
        case .bytes(let bytes): #expect(pieces == 1 && bytes == rendering.body)
        case .none: Issue.record("there is a body")
        }
    }
}
