/// `Transfer-Encoding: chunked` (RFC 9112 section 7.1), without extensions or trailers.
enum ChunkedFraming {
    static let end = Array("0\r\n\r\n".utf8)
    static let lineEnd = Array("\r\n".utf8)

    /// Appends a chunk but for the line's end, which comes after what follows.
    /// - Parameter following: bytes of the same chunk that go another way. An empty chunk would read as the end.
    static func open(_ piece: [UInt8], following: Int, to output: inout [UInt8]) {
        output.append(contentsOf: String(piece.count + following, radix: 16).utf8)
        output.append(contentsOf: lineEnd)
        output.append(contentsOf: piece)
    }
}
