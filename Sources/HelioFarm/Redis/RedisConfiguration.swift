/// Where Redis is, and how long it may take.
public struct RedisConfiguration: Sendable {
    /// A name, or a numeric address without brackets.
    public var host: String
    public var port: UInt16
    public var database: UInt16
    /// Without one the password is the default user's.
    public var username: String?
    /// Asked at each attempt to connect, on a thread that may block, so that a password can be changed in its file. nil for none.
    public var password: @Sendable () throws -> String?
    /// From the moment a command is sent until its reply has come whole; a second more for each 256 KiB that move meanwhile.
    public var commandTimeout: Duration
    /// For each address that the host has; also for looking them up, and for the password.
    public var connectTimeout: Duration
    /// What Redis lists the connection as (`CLIENT LIST`); without spaces, or it goes without a name.
    public var clientName: String

    public init(
        host: String, port: UInt16 = 6379, database: UInt16 = 0, username: String? = nil,
        password: @escaping @Sendable () throws -> String? = { nil }, commandTimeout: Duration = .seconds(1),
        connectTimeout: Duration = .seconds(1), clientName: String = "heliostat"
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.username = username
        self.password = password
        self.commandTimeout = commandTimeout
        self.connectTimeout = connectTimeout
        self.clientName = clientName
    }

    public init(
        _ url: RedisURL, username: String? = nil, password: @escaping @Sendable () throws -> String? = { nil },
        clientName: String = "heliostat"
    ) {
        self.init(
            host: url.host, port: url.port, database: url.database, username: username, password: password, clientName: clientName)
    }
}
