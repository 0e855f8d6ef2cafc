/// What a new connection begins with, and what its replies mean. Sent in one write, so that a slow network is waited for once.
struct RedisHandshake {
    private enum Step {
        case auth, select, name, role, ping, subscribe
    }

    private let steps: [(step: Step, command: RedisCommand)]
    private let password: String?

    /// - Parameter channel: what the connection listens to, when it is for that and for nothing else.
    init(_ configuration: RedisConfiguration, password: String?, channel: String? = nil) {
        var steps: [(Step, RedisCommand)] = []
        if let username = configuration.username {
            steps.append((.auth, RedisCommand("AUTH", username, password ?? "")))
        } else if let password {
            steps.append((.auth, RedisCommand("AUTH", password)))
        }
        if configuration.database != 0 { steps.append((.select, RedisCommand("SELECT", Int(configuration.database)))) }
        steps.append((.name, RedisCommand("CLIENT", "SETNAME", configuration.clientName)))
        steps.append((.role, RedisCommand("ROLE")))
        steps.append((.ping, RedisCommand("PING")))
        if let channel { steps.append((.subscribe, RedisCommand("SUBSCRIBE", channel))) }
        self.steps = steps
        self.password = password
    }

    var commands: [RedisCommand] { steps.map(\.command) }

    /// Why the connection cannot be used; nil when it can.
    func failure(_ replies: [RESPValue]) -> RedisError? {
        for (reply, (step, _)) in zip(replies, steps) {
            if let failure = failure(reply, step) { return failure }
        }
        return nil
    }

    private func failure(_ reply: RESPValue, _ step: Step) -> RedisError? {
        if case .error(let line) = reply {
            // A user who may do nothing but the farm's own work may neither give names nor ask for the role; everything else fails the
            // next step as well.
            if step == .name || step == .role { return nil }
            return step == .auth ? authFailure(line) : RedisError(refusal: line)
        }
        switch step {
        case .auth, .select, .name: return nil
        // It takes no writes, and what it hears of others comes late. The other addresses of the name may be its master's.
        case .role: return reply.array?.first?.bytes == Array("slave".utf8) ? .refused(.readOnly, "it is a replica") : nil
        case .ping: return reply == .simple(Array("PONG".utf8)) ? nil : .protocolViolation("PING was not answered with PONG")
        case .subscribe:
            let isConfirmed = reply.array?.first?.bytes == Array("subscribe".utf8)
            return isConfirmed ? nil : .protocolViolation("SUBSCRIBE was not answered with a subscription")
        }
    }

    /// A server that knows no AUTH, or not this form of it, says only ERR; it repeats the words that it was given, and those belong in
    /// no log.
    private func authFailure(_ line: [UInt8]) -> RedisError {
        let failure = RedisError(refusal: line)
        guard case .refused(let kind, let message) = failure else { return failure }
        let isAboutAuth = kind == .other && message.hasPrefix("ERR ") && message.lowercased().contains("auth")
        let tellsPassword = password.map { !$0.isEmpty && line.firstRange(of: Array($0.utf8)) != nil } ?? false
        return .refused(isAboutAuth ? .noAuth : kind, tellsPassword ? "AUTH, in words that repeat the password" : message)
    }
}
