/// Why a request is answered by the server itself. The raw values are closed, because they become metric labels.
public enum Refusal: String, Error, Sendable, Hashable, CaseIterable {
    case badRequestLine = "bad_request_line", badTarget = "bad_target", badVersion = "bad_version"
    case badHeader = "bad_header", badHost = "bad_host", badContentLength = "bad_content_length"
    case unexpectedBody = "unexpected_body", incomplete
    case targetTooLong = "target_too_long", headTooLarge = "head_too_large", bodyTooLarge = "body_too_large"
    case transferEncoding = "transfer_encoding", unknownMethod = "unknown_method"
    case unsupportedVersion = "unsupported_version", expectation, headTimeout = "head_timeout", bodyTimeout = "body_timeout"
    case notFound = "not_found", methodNotAllowed = "method_not_allowed"
    case tooManyConnections = "too_many_connections", unanswered
    case plainHTTP = "plain_http"

    /// What the client got wrong is 4xx without exception, though RFC 9110 has 501 and 505 for methods, codings and versions that a
    /// server does not know: a balancer takes 5xx for a sick server, and whoever can send a request could have a sound node taken out.
    public var status: Int {
        switch self {
        case .badRequestLine, .badTarget, .badVersion, .badHeader, .badHost, .badContentLength, .unexpectedBody, .incomplete, .plainHTTP: 400
        case .unsupportedVersion: 400
        case .notFound: 404
        case .methodNotAllowed, .unknownMethod: 405
        case .headTimeout, .bodyTimeout: 408
        case .transferEncoding: 411
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .expectation: 417
        case .headTooLarge: 431
        case .unanswered: 500
        case .tooManyConnections: 503
        }
    }

    /// For people. Says nothing of what was received.
    public var message: String {
        switch self {
        case .badRequestLine: "The request line is malformed."
        case .badTarget: "The request target is malformed; only paths are served."
        case .badVersion: "The protocol version is malformed."
        case .badHeader: "A header line is malformed."
        case .badHost: "Exactly one valid Host header is required."
        case .badContentLength: "The Content-Length is malformed."
        case .unexpectedBody: "This method takes no body."
        case .incomplete: "The request ended too early."
        case .targetTooLong: "The request target is too long."
        case .headTooLarge: "The request head is too large."
        case .bodyTooLarge: "The request body is too large."
        case .transferEncoding: "Transfer-Encoding is not supported; send a Content-Length."
        case .unknownMethod: "The method is not supported."
        case .unsupportedVersion: "Only HTTP/1.1 and HTTP/1.0 are supported."
        case .expectation: "The expectation cannot be met."
        case .headTimeout, .bodyTimeout: "The request took too long to arrive."
        case .notFound: "There is nothing here."
        case .methodNotAllowed: "The method is not allowed here."
        case .tooManyConnections: "There are too many connections."
        case .unanswered: "The request was not answered."
        case .plainHTTP: "This port speaks TLS; ask for https://."
        }
    }

    /// Whether what follows on the connection can still be understood.
    var keepsConnection: Bool { self == .notFound || self == .methodNotAllowed }
}
