import HelioHTTP

/// What everybody gets who asked for the same variant at the same time.
struct MetricsRendering: Sendable {
    let headers: [(String, String)]
    let body: [UInt8]

    /// An answer for one of them. A short body is sent as it is. Of a long one, each connection takes pieces, so that hundreds of slow
    /// readers of a megabyte do not need hundreds of megabytes.
    var response: Response {
        let isShort = body.count <= ResponseBody.pieceSize
        return Response(headers: headers, body: isShort ? .bytes(body) : .stream(Pieces(body)))
    }

    /// One reader's way through the bytes that all share.
    private final class Pieces: BodyProducer, @unchecked Sendable {  // one connection pulls it, on its loop
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// All of them, to the end: it may be the last reader that has them.
        var retainedBytes: Int { bytes.count }

        func produce(into output: inout [UInt8]) -> Bool {
            let end = min(position + ResponseBody.pieceSize, bytes.count)
            output.append(contentsOf: bytes[position..<end])
            position = end
            return position < bytes.count
        }
    }
}
