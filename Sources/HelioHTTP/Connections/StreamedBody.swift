import HelioLoop

/// A body that is made piece by piece while the answer goes out, and its framing.
struct StreamedBody {
    let producer: any BodyProducer
    let framing: ResponseHead.Framing
    /// There is nothing after what waits to be sent.
    private(set) var isLastPiece = false
    /// The producer had nothing, and wakes the connection when it has.
    var isStarved = false
    /// The end of the line that closes the chunk of a range waits for what comes next, and goes out with it.
    private var owesLineEnd = false

    init(_ producer: any BodyProducer, _ framing: ResponseHead.Framing) {
        self.producer = producer
        self.framing = framing
    }

    /// Appends the next piece.
    /// - Parameter piece: empty; room for what the producer makes.
    /// - Throws: what the producer throws.
    mutating func produce(_ piece: inout [UInt8], into backlog: inout Backlog) throws {
        isLastPiece = try !producer.produce(into: &piece)
        backlog.range = producer.takeRange()
        append(piece, following: backlog.range?.count ?? 0, to: &backlog.bytes)
        isStarved = !isLastPiece && piece.isEmpty && backlog.range == nil && producer is FedBody
    }

    /// Appends what stands behind the last piece.
    mutating func finish(_ output: inout [UInt8]) {
        payLineEnd(&output)
        if framing == .chunked { output.append(contentsOf: ChunkedFraming.end) }
    }

    private mutating func append(_ piece: [UInt8], following: Int, to output: inout [UInt8]) {
        payLineEnd(&output)
        guard framing == .chunked else { return output.append(contentsOf: piece) }
        guard piece.count + following > 0 else { return }
        ChunkedFraming.open(piece, following: following, to: &output)
        owesLineEnd = true
        if following == 0 { payLineEnd(&output) }
    }

    private mutating func payLineEnd(_ output: inout [UInt8]) {
        guard owesLineEnd else { return }
        owesLineEnd = false
        output.append(contentsOf: ChunkedFraming.lineEnd)
    }
}
