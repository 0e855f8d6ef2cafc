/// An answer whose head and body were rendered once; sending it costs one copy. Only what changes with the request (`Date`,
/// `Connection`) is put in between.
public struct PreparedResponse: Sendable {
    let status: Int
    let statusLine: [UInt8]
    /// Headers, empty line and body.
    let rest: [UInt8]
    /// Where in `rest` the body begins.
    let bodyStart: Int

    /// - Parameters:
    ///   - status: 200...599.
    ///   - headers: without `Date`, `Content-Length` and `Connection`, which the server adds.
    public init(status: Int, headers: [(String, String)], body: [UInt8]) {
        precondition((200...599).contains(status), "not a final status")
        self.status = status
        statusLine = StatusLine.render(status)
        var rest: [UInt8] = []
        ResponseHead.appendHeaders(headers, to: &rest)
        ResponseHead.appendFraming(.length(body.count), status: status, to: &rest)
        rest.append(contentsOf: "\r\n".utf8)
        bodyStart = rest.count
        self.rest = rest + (ResponseHead.hasBody(status) ? body : [])
    }
}
