import HelioLoop

/// Answers HAProxy's agent check: whoever connects gets one line and the end, and need not say anything.
actor AgentServer {
    private let loop: EventLoop
    private let connections: AgentConnections
    private var listeners: [Listener] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameter line: what is answered now; called on the loop, must not block.
    init(loop: EventLoop, line: @escaping @Sendable () -> [UInt8]) {
        self.loop = loop
        connections = AgentConnections(loop: loop, line: line)
    }

    isolated deinit { stop() }

    /// - Returns: the address with the port that the kernel chose, if it was 0.
    func listen(on address: ListenAddress) throws(LoopError) -> ListenAddress {
        let connections = connections
        return add(try Listener(loop: loop, address: address, peerSpeaksFirst: false) { connections.answer($0) })
    }

    /// - Parameter inherited: a TCP socket that another process opened, and that listens already.
    func listen(inherited: Int32) throws(LoopError) -> ListenAddress {
        let connections = connections
        return add(try Listener(loop: loop, inherited: inherited, peerSpeaksFirst: false) { connections.answer($0) })
    }

    private func add(_ listener: Listener) -> ListenAddress {
        listeners.append(listener)
        return listener.address
    }

    func stop() {
        for listener in listeners { listener.close() }
        listeners = []
        connections.endAll()
    }
}

/// Connections that have their line, until the other end hangs up.
///
/// `@unchecked Sendable`: used on the loop only.
private final class AgentConnections: @unchecked Sendable {
    /// Of a balancer there is one connection at a time; more than this many at once is no balancer.
    private static let limit = 64
    /// For the other end to hang up, once it has its line.
    private static let patience = Duration.seconds(2)

    private let loop: EventLoop
    private let line: @Sendable () -> [UInt8]
    private var open: [ObjectIdentifier: Answered] = [:]

    init(loop: EventLoop, line: @escaping @Sendable () -> [UInt8]) {
        self.loop = loop
        self.line = line
    }

    func answer(_ arrival: Listener.Arrival) {
        // The buffer of a new connection takes so little at once.
        line().withUnsafeBytes { _ = arrival.stream.write($0) }
        guard !arrival.usesReserve, open.count < Self.limit else { return arrival.stream.close() }
        // Closing while something lies unread would reset the connection, and the line with it.
        let connection = Answered(arrival.stream) { [weak self] in self?.open[ObjectIdentifier($0)] = nil }
        open[ObjectIdentifier(connection)] = connection
        connection.wait(loop.schedule(after: Self.patience) { [weak connection] in connection?.end() })
    }

    func endAll() {
        for connection in open.values { connection.end() }
    }

    /// What still comes is thrown away.
    ///
    /// `@unchecked Sendable`: used on the loop only.
    private final class Answered: StreamOwner, @unchecked Sendable {
        private static let readSize = 4096
        private let stream: ByteStream
        private let ended: (Answered) -> Void
        private var timer: LoopTimer?

        init(_ stream: ByteStream, ended: @escaping (Answered) -> Void) {
            self.stream = stream
            self.ended = ended
        }

        func wait(_ timer: LoopTimer) {
            self.timer = timer
            stream.owner = self
            stream.finishWriting()
            stream.setReading(true)
        }

        func end() {
            guard stream.isOpen else { return }
            timer?.cancel()
            stream.close()
            ended(self)
        }

        func streamIsReadable() {
            let transfer = withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 1) { stream.read(into: $0) }
            switch transfer {
            case .moved, .wouldBlock: break
            case .ended, .failed: end()
            }
        }

        func streamIsWritable() {}
    }
}
