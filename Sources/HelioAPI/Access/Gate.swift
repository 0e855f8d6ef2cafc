import HelioHTTP

/// Who may use a route.
enum Gate: Sendable {
    /// Whoever can connect: the mode of the Unix socket is the check.
    case open
    /// Whoever shows a token of one of these roles (RFC 6750 section 2.1).
    case bearer([AccessTokens.Role], @Sendable () -> AccessTokens)
    /// Whoever shows the token of readers, or of administration; everybody while readers have none. Also as the password of any
    /// user (RFC 7617), because that is how a browser asks for it.
    case reader(@Sendable () -> AccessTokens)

    func check(_ request: borrowing Request) throws(Rejection) {
        switch self {
        case .open: return
        case .bearer(let allowed, let tokens):
            let shown = request.header("Authorization").flatMap(Credentials.bearer)
            try Self.check(shown, tokens(), allowed, orElse: .unauthorized)
        case .reader(let tokens):
            let tokens = tokens()
            guard tokens.read != nil else { return }
            let shown = request.header("Authorization").flatMap { Credentials.bearer($0) ?? Credentials.password($0) }
            try Self.check(shown, tokens, [.read, .admin], orElse: .unauthorizedReader)
        }
    }

    func guarding(_ handler: @escaping Router.Handler) -> Router.Handler {
        { request, responder in
            do throws(Rejection) { try check(request) } catch { return responder.send(error.response) }
            handler(request, responder)
        }
    }

    private static func check(
        _ shown: [UInt8]?, _ tokens: AccessTokens, _ allowed: [AccessTokens.Role], orElse rejection: Rejection
    ) throws(Rejection) {
        guard let shown else { throw rejection }
        let roles = tokens.roles(of: shown)
        guard !roles.isEmpty else { throw rejection }
        guard roles.contains(where: allowed.contains) else { throw .forbidden }
    }
}
