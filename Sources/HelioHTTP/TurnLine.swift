import HelioLoop

/// Connections with something to do that takes long, in the order in which they came: a piece of a streamed answer, a step of a handshake.
///
/// One of them has its turn between two looks at the sockets. A request thus waits for one turn at most, however many readers take all that
/// they get and however many newcomers want a signature; were each served whenever it is ready, it would wait for one of each.
final class TurnLine {
    private let loop: EventLoop
    private let serve: (Connection) -> Void
    private var line: [Connection] = []
    private var head = 0
    private var isMoving = false

    init(loop: EventLoop, serve: @escaping (Connection) -> Void) {
        self.loop = loop
        self.serve = serve
    }

    /// How many wait.
    var count: Int { line.count - head }

    func lineUp(_ connection: Connection) {
        guard !connection.isInLine else { return }
        connection.isInLine = true
        line.append(connection)
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
        guard head < line.count else { return }
        let connection = line[head]
        head += 1
        if head == line.count || head > 256 {
            line.removeFirst(head)
            head = 0
        }
        connection.isInLine = false
        serve(connection)
        if head < line.count { move() }
    }
}
