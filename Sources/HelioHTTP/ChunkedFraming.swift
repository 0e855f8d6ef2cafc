/// `Transfer-Encoding: chunked` (RFC 9112 section 7.1), without extensions or trailers.
enum ChunkedFraming {
    static let end = Array("0\r\n\r\n".utf8)

    /// An empty piece is left out: it would read as the end.
    static func append(_ piece: [UInt8], to output: inout [UInt8]) {
        guard !piece.isEmpty else { return }
        output.append(contentsOf: String(piece.count, radix: 16).utf8)
        output.append(contentsOf: "\r\n".utf8)
        output.append(contentsOf: piece)
        output.append(contentsOf: "\r\n".utf8)
    }
}
