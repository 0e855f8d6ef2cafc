public import HelioLoop

/// The body of an answer, made piece by piece while the peer takes it. Runs on the loop, so each piece has to be made in well
/// under a millisecond.
public protocol BodyProducer: AnyObject, Sendable {
    /// Appends the next piece, of about `ResponseBody.pieceSize` bytes.
    /// - Parameter output: empty at first.
    /// - Returns: false after the last piece.
    /// - Throws: anything, which cuts the connection: the peer must not take the body for complete.
    func produce(into output: inout [UInt8]) throws -> Bool

    /// What comes after the bytes that `produce` has appended, when it lies in a file; asked for once after each call.
    func takeRange() -> FileRange?

    /// Bytes that lie in memory because it has not ended, beside those that it has appended; asked for after each turn. What several
    /// producers share, each of them counts.
    var retainedBytes: Int { get }
}

extension BodyProducer {
    public func takeRange() -> FileRange? { nil }

    public var retainedBytes: Int { 0 }
}

public enum ResponseBody {
    /// Bytes that a producer should append at a time: enough to make the cost of a turn of the loop vanish, little enough to let
    /// others have theirs.
    public static let pieceSize = 64 * 1024

    /// And bytes of a file, which cost less.
    public static let rangeSize = 256 * 1024
}

/// An answer. The server adds `Date`, `Content-Length` or `Transfer-Encoding`, and `Connection`.
public struct Response: Sendable {
    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        case stream(any BodyProducer)
    }

    /// 200...599.
    public var status: Int
    /// Names and values without control characters; any that slip in are sent as spaces.
    public var headers: [(String, String)]
    public var body: Body

    public init(status: Int = 200, headers: [(String, String)] = [], body: Body = .none) {
        precondition((200...599).contains(status), "not a final status")
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An error as every endpoint tells it.
    public static func error(_ status: Int, _ message: String, headers: [(String, String)] = []) -> Response {
        Response(
            status: status, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")] + headers,
            body: .bytes(ErrorBody.render(message)))
    }
}
