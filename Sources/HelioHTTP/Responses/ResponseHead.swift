/// Renders the head of an answer.
enum ResponseHead {
    enum Framing: Equatable {
        case length(Int)
        case chunked
        /// The end of the connection ends the body: HTTP/1.0 knows no chunks.
        case untilClose
    }

    private static let close = Array("Connection: close\r\n".utf8)
    private static let keepAlive = Array("Connection: keep-alive\r\n".utf8)

    /// Whether another request may follow this answer.
    static func keepsAlive(_ terms: ReplyTerms, _ framing: Framing) -> Bool { terms.keepsAlive && framing != .untilClose }

    static func append(
        _ response: Response, _ framing: Framing, _ terms: ReplyTerms, _ date: [UInt8], to output: inout [UInt8]
    ) {
        output.append(contentsOf: StatusLine.render(response.status))
        output.append(contentsOf: date)
        appendConnection(terms, keepsAlive: keepsAlive(terms, framing), to: &output)
        appendHeaders(response.headers, to: &output)
        appendFraming(framing, status: response.status, to: &output)
        output.append(contentsOf: "\r\n".utf8)
    }

    static func append(_ prepared: PreparedResponse, _ terms: ReplyTerms, _ date: [UInt8], to output: inout [UInt8]) {
        output.append(contentsOf: prepared.statusLine)
        output.append(contentsOf: date)
        appendConnection(terms, keepsAlive: terms.keepsAlive, to: &output)
        if terms.omitsBody {
            output.append(contentsOf: prepared.rest[..<prepared.bodyStart])
        } else {
            output.append(contentsOf: prepared.rest)
        }
    }

    static func appendHeaders(_ headers: [(String, String)], to output: inout [UInt8]) {
        for (name, value) in headers {
            appendText(name, to: &output)
            output.append(contentsOf: ": ".utf8)
            appendText(value, to: &output)
            output.append(contentsOf: "\r\n".utf8)
        }
    }

    static func appendFraming(_ framing: Framing, status: Int, to output: inout [UInt8]) {
        guard hasBody(status) else { return }
        switch framing {
        case .length(let count): output.append(contentsOf: "Content-Length: \(count)\r\n".utf8)
        case .chunked: output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .untilClose: break
        }
    }

    /// RFC 9110 section 6.4.1.
    static func hasBody(_ status: Int) -> Bool { status != 204 && status != 304 }

    private static func appendConnection(_ terms: ReplyTerms, keepsAlive: Bool, to output: inout [UInt8]) {
        if !keepsAlive {
            output.append(contentsOf: close)
        } else if terms.isHTTP10 {
            output.append(contentsOf: keepAlive)
        }
        // Elsewhere OPTIONS is refused, and the refusal has its own.
        if terms.method == .options, let route = terms.route, route.allowsOptions { appendHeaders([("Allow", route.allow)], to: &output) }
    }

    /// A control character in a header would end the line and begin another.
    private static func appendText(_ text: String, to output: inout [UInt8]) {
        for byte in text.utf8 { output.append(Characters.isFieldValue(byte) ? byte : 0x20) }
    }
}
