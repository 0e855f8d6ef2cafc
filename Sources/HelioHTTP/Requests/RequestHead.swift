/// What the parser has found in a head; offsets are into the bytes it was given.
struct RequestHead: Equatable {
    /// nil for one that is none of ours.
    var method: Method? = .get
    var targetStart = 0
    var targetEnd = 0
    /// Where the path ends: at the `?`, or at `targetEnd`.
    var pathEnd = 0
    /// After the empty line.
    var end = 0
    /// Where the request line begins: after an empty line that was skipped.
    var start = 0
    var isHTTP10 = false
    var headers = 0
    var hosts = 0
    var contentLength: Int?
    var hasTransferEncoding = false
    /// nil without an `Expect`; else whether it is `100-continue`.
    var expectsContinue: Bool?
    var saysClose = false
    var saysKeepAlive = false

    var keepsAlive: Bool { !saysClose && (!isHTTP10 || saysKeepAlive) }
}
