internal import Dispatch
internal import Foundation
internal import HelioLock
internal import HelioNode

/// Asks a node one question at a time, each on a connection of its own. It blocks, which a command line may do.
public struct NodeClient: Sendable {
    public let address: NodeAddress
    private let token: Secret?
    private let authoritiesFile: String?
    let timeout: Duration

    /// - Parameters:
    ///   - token: sent as `Authorization: Bearer`.
    ///   - authoritiesFile: PEM; whose certificates are believed, instead of those of the system's authorities.
    ///   - timeout: for the whole exchange, connecting included.
    public init(_ address: NodeAddress, token: Secret? = nil, authoritiesFile: String? = nil, timeout: Duration) {
        self.address = address
        self.token = token
        self.authoritiesFile = authoritiesFile
        self.timeout = timeout
    }

    /// - Parameter json: the body; nil sends none.
    /// - Returns: whatever the node answers, errors too.
    public func send(_ method: String, _ path: String, json: [UInt8]? = nil) throws(ClientError) -> Answer {
        do throws(ClientSocket.Trouble) {
            let socket = try connect()
            try socket.write(request(method, path, json))
            return try Self.answer(from: socket)
        } catch {
            throw clientError(error)
        }
    }

    func connect() throws(ClientSocket.Trouble) -> ClientSocket {
        try ClientSocket(to: address, authoritiesFile: authoritiesFile, deadline: .now + timeout)
    }

    func clientError(_ trouble: ClientSocket.Trouble) -> ClientError {
        switch trouble {
        case .timeout: .timeout(address, timeout)
        case .failed(let why): .unreachable(address, why)
        case .badAnswer(let why): .badAnswer(address, why)
        }
    }

    private static func answer(from socket: borrowing ClientSocket) throws(ClientSocket.Trouble) -> Answer {
        var parser = AnswerParser()
        while true {
            let piece = try socket.read()
            do throws(Malformed) {
                if let answer = try parser.take(piece[...], isEnd: piece.isEmpty) { return answer }
            } catch {
                throw .badAnswer(error.why)
            }
        }
    }

    func request(_ method: String, _ path: String, _ json: [UInt8]?) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(address.authority)\r\nConnection: close\r\nAccept: application/json\r\n"
        if let json { head += "Content-Type: application/json\r\nContent-Length: \(json.count)\r\n" }
        var bytes = Array(head.utf8)
        if let token { bytes += Array("Authorization: Bearer ".utf8) + token.bytes + Array("\r\n".utf8) }
        return bytes + Array("\r\n".utf8) + (json ?? [])
    }

    /// Sends the same to several nodes at once and returns no later than `timeout`.
    ///
    /// The system's resolver cannot be told to hurry, so a name that it ponders is left behind with its thread: the process is
    /// about to exit.
    /// - Returns: one outcome for each client, in their order.
    public static func all(
        _ clients: [NodeClient], _ method: String, _ path: String, json: [UInt8], timeout: Duration
    ) -> [Result<Answer, ClientError>] {
        let outcomes = Outcomes(clients.map { .failure(.timeout($0.address, timeout)) })
        let group = DispatchGroup()
        for (index, client) in clients.enumerated() {
            group.enter()
            // A thread each: a queue starts hardly more than one per core, and silent nodes would hold up the others.
            Thread.detachNewThread {
                defer { group.leave() }
                let outcome = Result { () throws(ClientError) in try client.send(method, path, json: json) }
                outcomes.set(outcome, at: index)
            }
        }
        // Whether all are done or the time is over, what is there is the answer.
        _ = group.wait(timeout: .now() + timeout.inSeconds)
        return outcomes.all
    }
}

private final class Outcomes: Sendable {
    private let values: Locked<[Result<Answer, ClientError>]>

    init(_ initial: [Result<Answer, ClientError>]) { values = Locked(initial) }

    func set(_ value: Result<Answer, ClientError>, at index: Int) { values.withLock { $0[index] = value } }

    var all: [Result<Answer, ClientError>] { values.withLock { $0 } }
}
