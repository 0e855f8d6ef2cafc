import HelioLoop

/// Connections with something to do that takes long, in the order in which they came: a piece of a streamed answer, a step of a handshake,
/// the rest of many requests.
///
/// One of them has its turn between two looks at the sockets. A request thus waits for one turn at most, however many readers take all that
/// they get and however many newcomers want a signature; were each served whenever it is ready, it would wait for one of each.
///
/// Who lacks a last, short turn goes before the others: a handshake that the server has signed is not left waiting for the signatures of all
/// who came later. One in five turns is the others' nevertheless, since a peer can have its last step take as many turns as it has bytes.
final class TurnLine {
    private static let aheadInARow = 4

    private let loop: EventLoop
    private let serve: (Connection) -> Void
    private var ahead = Waiting()
    private var line = Waiting()
    private var goneAhead = 0
    /// How many turns there have been.
    private(set) var turns = 0
    private var isMoving = false

    init(loop: EventLoop, serve: @escaping (Connection) -> Void) {
        self.loop = loop
        self.serve = serve
    }

    /// How many wait.
    var count: Int { ahead.count + line.count }

    /// - Parameter isNearlyDone: goes before those who are not, as long as they get their share.
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
        guard let connection = next() else { return }
        connection.isInLine = false
        turns += 1
        serve(connection)
        if count > 0 { move() }
    }

    private func next() -> Connection? {
        if goneAhead < Self.aheadInARow || line.count == 0, let connection = ahead.popFirst() {
            goneAhead += 1
            return connection
        }
        goneAhead = 0
        return line.popFirst() ?? ahead.popFirst()
    }
}

/// First in, first out, but for those whose connection is over meanwhile.
private struct Waiting {
    private var connections: [Connection] = []
    private var head = 0

    var count: Int { connections.count - head }

    mutating func append(_ connection: Connection) { connections.append(connection) }

    mutating func popFirst() -> Connection? {
        var found: Connection?
        while found == nil, head < connections.count {
            if connections[head].stream.isOpen { found = connections[head] }
            head += 1
        }
        // Many at a time: each removal moves those behind.
        if head == connections.count || head > 256 {
            connections.removeFirst(head)
            head = 0
        }
        return found
    }
}
