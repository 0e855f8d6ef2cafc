import HelioLoop

/// Connections with something to do that takes long, in the order in which they came: a piece of a streamed answer, a step of a handshake.
///
/// One of them has its turn between two looks at the sockets. A request thus waits for one turn at most, however many readers take all that
/// they get and however many newcomers want a signature; were each served whenever it is ready, it would wait for one of each.
///
/// Who has had a turn and lacks a last, short one goes before those who have had none: a handshake that the server has signed is not left
/// waiting for the signatures of all who came later.
final class TurnLine {
    private let loop: EventLoop
    private let serve: (Connection) -> Void
    private var ahead = Waiting()
    private var line = Waiting()
    private var isMoving = false

    init(loop: EventLoop, serve: @escaping (Connection) -> Void) {
        self.loop = loop
        self.serve = serve
    }

    /// How many wait.
    var count: Int { ahead.count + line.count }

    /// - Parameter isNearlyDone: goes before all who are not.
    func lineUp(_ connection: Connection, isNearlyDone: Bool = false) {
        guard !connection.isInLine else { return }
        connection.isInLine = true
        if isNearlyDone { ahead.append(connection) } else { line.append(connection) }
        move()
    }

    /// A job of the loop runs after the sockets that are ready by then.
    private func move() {
        guard !isMoving else { return }
        isMoving = true
        // The line stays on its loop: only the loop runs the job, and only the loop makes it.
        nonisolated(unsafe) let line = self
        loop.execute { line.serveFirst() }
    }

    private func serveFirst() {
        isMoving = false
        guard let connection = ahead.popFirst() ?? line.popFirst() else { return }
        connection.isInLine = false
        serve(connection)
        if count > 0 { move() }
    }
}

/// First in, first out. Those who have left are cleared away many at a time.
private struct Waiting {
    private var connections: [Connection] = []
    private var head = 0

    var count: Int { connections.count - head }

    mutating func append(_ connection: Connection) { connections.append(connection) }

    mutating func popFirst() -> Connection? {
        guard head < connections.count else { return nil }
        defer {
            head += 1
            if head == connections.count || head > 256 {
                connections.removeFirst(head)
                head = 0
            }
        }
        return connections[head]
    }
}
