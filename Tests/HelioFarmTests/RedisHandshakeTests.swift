import Testing

@testable import HelioFarm

@Suite struct RedisHandshakeTests {
    private func words(_ handshake: RedisHandshake) -> [String] {
        handshake.commands.map { $0.words.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: " ") }
    }

    private func configuration(database: UInt16 = 0, username: String? = nil) -> RedisConfiguration {
        RedisConfiguration(host: "h", database: database, username: username, clientName: "node-a")
    }

    @Test func handshake_SaysOnlyWhatIsNeeded() {
        #expect(words(RedisHandshake(configuration(), password: nil)) == ["CLIENT SETNAME node-a", "ROLE", "PING"])
        #expect(words(RedisHandshake(configuration(database: 3), password: "p")) == ["AUTH p", "SELECT 3", "CLIENT SETNAME node-a", "ROLE", "PING"])
        #expect(words(RedisHandshake(configuration(username: "u"), password: "p")).first == "AUTH u p")
        #expect(words(RedisHandshake(configuration(username: "u"), password: nil)).first == "AUTH u ")
        #expect(words(RedisHandshake(configuration(), password: nil, channel: "c")).last == "SUBSCRIBE c")
    }

    private static let ok = RESPValue.simple("OK")
    private static let pong = RESPValue.simple("PONG")
    private static let role = RESPValue.array([.bulk("master"), .integer(0), .array([])])
    private static let subscribed = RESPValue.array([.bulk("subscribe"), .bulk("c"), .integer(1)])

    private static func error(_ line: String) -> RESPValue { .error(Array(line.utf8)) }

    @Test func connection_IsGood_WhenEveryStepIs() {
        let handshake = RedisHandshake(configuration(database: 1), password: "p", channel: "c")
        #expect(handshake.failure([Self.ok, Self.ok, Self.ok, Self.role, Self.pong, Self.subscribed]) == nil)
        #expect(handshake.failure([Self.ok, Self.ok, Self.error("NOPERM"), Self.error("NOPERM"), Self.pong, Self.subscribed]) == nil, "neither is needed")
    }

    @Test func connection_IsNotGood_WhenItIsToAReplica() {
        let replica = RESPValue.array([.bulk("slave"), .bulk("h"), .integer(6379), .bulk("connected"), .integer(1)])
        let failure = RedisHandshake(configuration(), password: nil).failure([Self.ok, replica, Self.pong])
        #expect(failure == .refused(.readOnly, "it is a replica"))
    }

    @Test func connection_IsNotGood_WhenPingIsNotAnsweredWithPong() {
        let handshake = RedisHandshake(configuration(), password: nil)
        #expect(handshake.failure([Self.ok, Self.role, Self.error("LOADING wait")]) == .refused(.loading, "LOADING wait"))
        for other in [Self.ok, .bulk("PONG"), .integer(1), .array([Self.pong])] {
            #expect(handshake.failure([Self.ok, Self.role, other]) == .protocolViolation("PING was not answered with PONG"))
        }
    }

    @Test func connection_IsNotGood_WhenTheSubscriptionIsNotConfirmed() {
        let handshake = RedisHandshake(configuration(), password: nil, channel: "c")
        #expect(handshake.failure([Self.ok, Self.role, Self.pong, Self.error("NOPERM channel")]) == .refused(.noPermission, "NOPERM channel"))
        #expect(handshake.failure([Self.ok, Self.role, Self.pong, Self.ok]) == .protocolViolation("SUBSCRIBE was not answered with a subscription"))
    }

    static let auth: [(String, RedisError.Refusal)] = [
        ("WRONGPASS invalid username-password pair or user is disabled.", .noAuth),
        ("ERR AUTH <password> called without any password configured for the default user.", .noAuth),
        ("ERR wrong number of arguments for 'auth' command", .noAuth),
        ("ERR max number of clients reached", .other),
        ("DENIED Redis is running in protected mode because no authentication is set", .other),
        ("LOADING Redis is loading the dataset in memory", .loading),
    ]

    @Test(arguments: auth.indices) func refusedPassword_IsToldFromOtherTrouble(_ index: Int) {
        let (line, kind) = Self.auth[index]
        #expect(RedisHandshake(configuration(), password: "p-4711").failure([Self.error(line)]) == .refused(kind, line))
    }

    @Test func password_IsInNoError_WhenTheServerRepeatsIt() {
        let line = "ERR unknown command 'AUTH', with args beginning with: 'p-4711' "
        let failure = RedisHandshake(configuration(), password: "p-4711").failure([Self.error(line)])
        guard case .refused(.noAuth, let message)? = failure else { return unexpected("\(String(describing: failure))") }
        #expect(!message.contains("4711"))
    }
}
