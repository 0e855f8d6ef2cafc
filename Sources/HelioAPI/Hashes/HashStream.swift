import HelioHTTP
import HelioNode

/// A `repo-hashes` body. It keeps the catalogue that it began with and one piece, however long the catalogue is.
final class HashStream: BodyProducer, @unchecked Sendable {  // one connection pulls it, on its loop
    private var cursor: HashCursor

    init(_ cursor: HashCursor) { self.cursor = cursor }

    func produce(into output: inout [UInt8]) -> Bool {
        output.reserveCapacity(ResponseBody.pieceSize + Self.overhang)
        return cursor.fill(&output, upTo: ResponseBody.pieceSize)
    }

    /// The longest entry with the opening of its project and the end of the list is shorter.
    private static let overhang = 512
}
