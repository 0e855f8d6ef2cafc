import HelioLoop

/// A body that is made piece by piece while the answer goes out, and its framing.
struct StreamedBody {
    let producer: any BodyProducer
    let framing: ResponseHead.Framing
    /// There is nothing after what waits to be sent.
    private(set) var hadLastPiece = false
    /// The producer had nothing, and wakes the connection when it has.
    private(set) var isStarved = false
    /// The end of the line that closes the chunk of a range waits for what comes next, and goes out with it.
    private var owesLineEnd = false

    init(_ producer: any BodyProducer, _ framing: ResponseHead.Framing) {
        self.producer = producer
        self.framing = framing
    }

    /// Appends what the producer has made.
    /// - Parameter isLast: nothing follows.
    mutating func append(_ piece: [UInt8], _ range: FileRange?, isLast: Bool, to backlog: inout Backlog) {
        hadLastPiece = isLast
        backlog.range = range
        isStarved = !isLast && piece.isEmpty && range == nil && producer is FedBody
        payLineEnd(to: &backlog.bytes)
        guard framing == .chunked else { return backlog.bytes.append(contentsOf: piece) }
        let following = range?.count ?? 0
        guard piece.count + following > 0 else { return }
        ChunkedFraming.open(piece, following: following, to: &backlog.bytes)
        owesLineEnd = true
        if range == nil { payLineEnd(to: &backlog.bytes) }
    }

    /// Appends what stands behind the last piece.
    mutating func appendEnd(to output: inout [UInt8]) {
        payLineEnd(to: &output)
        if framing == .chunked { output.append(contentsOf: ChunkedFraming.end) }
    }

    /// The producer has something again.
    mutating func wake() { isStarved = false }

    private mutating func payLineEnd(to output: inout [UInt8]) {
        guard owesLineEnd else { return }
        owesLineEnd = false
        output.append(contentsOf: ChunkedFraming.lineEnd)
    }
}
