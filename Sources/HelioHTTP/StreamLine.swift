import HelioLoop

/// Connections whose streamed answers can go on, in the order in which they came.
///
/// One of them has its turn between two looks at the sockets, and gives one piece. A request thus waits for one piece at most,
/// however many readers take all that they get; were each served whenever it is writable, it would wait for a piece of each.
final class StreamLine {
    private let loop: EventLoop
    private var line: [Connection] = []
    private var head = 0
    private var isMoving = false

    init(loop: EventLoop) { self.loop = loop }

    func lineUp(_ connection: Connection) {
        guard !connection.isInStreamLine else { return }
        connection.isInStreamLine = true
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
        connection.isInStreamLine = false
        if connection.isStreaming { connection.settle() }
        if head < line.count { move() }
    }
}
