import HelioHTTP
import HelioMetrics

/// Answers Jolokia requests, one HTTP request at a time and away from the loop: a list of them may read every timer.
actor JolokiaAgent {
    /// Bytes of a body.
    static let bodyLimit = 64 * 1024
    /// Requests in one list. Clients ask for each attribute of a few dozen timers by itself.
    static let listLimit = 512
    /// Objects and lists within one another.
    static let depthLimit = 8
    /// Bytes of an answer after which the rest of a list is not answered any more.
    static let answerLimit = 1024 * 1024

    private let server: MBeanServer
    private let board: NodeBoard
    private let tick: @Sendable () -> Tick
    private let seconds: @Sendable () -> Int64

    /// - Parameter seconds: since 1970, for `timestamp`.
    init(
        _ server: MBeanServer, _ board: NodeBoard, tick: @escaping @Sendable () -> Tick, seconds: @escaping @Sendable () -> Int64
    ) {
        self.server = server
        self.board = board
        self.tick = tick
        self.seconds = seconds
    }

    /// - Parameter path: what follows `/jolokia/`, decoded.
    func answer(path: String) -> Response {
        let round = round
        return .json { round.answer(.success(JolokiaArguments(path: path)), in: &$0) }
    }

    /// - Parameter body: one request, or a list of them.
    func answer(body: [UInt8]) -> Response {
        let round = round
        return .json { json in
            do throws(JolokiaFailure) { try round.answer(try Self.parse(body), in: &json) } catch {
                round.answer(.failure(error), in: &json)
            }
        }
    }

    private static func parse(_ body: [UInt8]) throws(JolokiaFailure) -> JSONTree {
        do throws(JSONError) { return try JSONTree(body, depth: depthLimit) } catch { throw JolokiaFailure(error) }
    }

    private var round: JolokiaRound {
        JolokiaRound(
            readings: MBeanReadings(server.beans, at: tick()), identity: board.page.identity, timestamp: seconds())
    }
}
