import HelioHTTP

/// Why a request is not answered as it hoped. Messages say nothing of what was received.
enum Rejection: Error {
    case badRequest(String)
    case notFound(String)
    case unauthorized
    /// As `unauthorized`, and a browser asks its user.
    case unauthorizedReader
    /// The token is right, and for something else.
    case forbidden
    case tooManyRequests
    case stopping
    case unavailable(String)
    /// Only just now.
    case busy(String)

    init(_ error: QueryError) { self = .badRequest(error.rawValue) }

    var response: Response {
        switch self {
        case .badRequest(let message): .error(400, message)
        case .notFound(let message): .error(404, message)
        case .unauthorized: .error(401, "A token is required.", headers: [("WWW-Authenticate", "Bearer")])
        case .unauthorizedReader:
            .error(401, "A token is required.", headers: [("WWW-Authenticate", "Bearer"), ("WWW-Authenticate", "Basic realm=\"Heliostat\"")])
        case .forbidden: .error(403, "The token does not allow this.")
        case .tooManyRequests: .error(429, "There are too many notifications.", headers: [("Retry-After", "1")])
        case .stopping: .error(503, "The node is stopping.")
        case .unavailable(let message): .error(503, message)
        case .busy(let message): .error(503, message, headers: [("Retry-After", "1")])
        }
    }
}

extension Router {
    /// Adds a route that answers at once with what `make` returns or throws.
    mutating func answer(
        _ method: Method, _ pattern: String, bodyLimit: Int = 0, allowsOptions: Bool = false,
        _ make: @escaping @Sendable (borrowing Request) throws(Rejection) -> Response
    ) {
        add(method, pattern, bodyLimit: bodyLimit, allowsOptions: allowsOptions) { request, responder in
            let response: Response
            do throws(Rejection) { response = try make(request) } catch { response = error.response }
            responder.send(response)
        }
    }
}
