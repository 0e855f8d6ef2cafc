/// What opens doors on TCP; nil, or empty, opens none but that of `read`. Asked for with each request, so that SIGHUP can rotate them.
public struct AccessTokens: Sendable {
    /// What somebody may do who shows a token.
    enum Role: Sendable { case read, notify, admin }

    /// Asked for by everything that is read and is not for balancers; nil leaves that open.
    public var read: String?
    /// Allows everything.
    public var admin: String?
    /// Allows `POST /notify`.
    public var notify: String?

    public init(read: String? = nil, admin: String? = nil, notify: String? = nil) {
        self.read = read
        self.admin = admin
        self.notify = notify
    }

    /// Every token is compared, whichever matches, so that the time taken tells nothing.
    func roles(of shown: [UInt8]) -> [Role] {
        let all: [(Role, String?)] = [(.read, read), (.notify, notify), (.admin, admin)]
        return all.filter { $0.1.map { Self.equal(shown, Array($0.utf8)) } ?? false }.map(\.0)
    }

    /// Looks at every byte that was shown, so that the time it takes depends on the caller's own length only.
    static func equal(_ shown: [UInt8], _ secret: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        var difference = shown.count ^ secret.count
        for (index, byte) in shown.enumerated() { difference |= Int(byte ^ secret[index % secret.count]) }
        return difference == 0
    }
}
