/// What opens doors on TCP; nil, or empty, opens none. Asked for with each request, so that SIGHUP can rotate them.
public struct AccessTokens: Sendable {
    /// Allows everything.
    public var admin: String?
    /// Allows `POST /notify`.
    public var notify: String?

    public init(admin: String? = nil, notify: String? = nil) {
        self.admin = admin
        self.notify = notify
    }
}
