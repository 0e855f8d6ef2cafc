public import HelioLoop

/// An HTTP/1.1 server for small answers, many connections and streamed bodies. It runs on its loop, handlers included.
///
/// Request bodies need a `Content-Length`; `Transfer-Encoding` in a request is refused with 411 and the connection closed: no
/// client of these endpoints needs it, and it is where request smuggling lives.
public actor HTTPServer {
    private let loop: EventLoop
    private let table: ConnectionTable
    private let openConnections: OpenConnections
    private var listeners: [Listener] = []
    private var sweeper: LoopTimer?
    private var drains: [CheckedContinuation<Void, Never>] = []

    nonisolated public var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - openConnections: of this server only, or of a group that has the limit on them in common.
    ///   - observer: called on the loop for each answer, refusal and cut; must not block.
    public init(
        loop: EventLoop, configuration: Configuration = Configuration(), router: Router,
        openConnections: OpenConnections = OpenConnections(), observer: (@Sendable (Exchange) -> Void)? = nil
    ) {
        self.loop = loop
        self.openConnections = openConnections
        table = ConnectionTable(loop: loop, rules: Rules(router: router, configuration: configuration), openConnections: openConnections,
            observer: observer)
        openConnections.join { [weak self] in self?.giveWay() }
    }

    /// One connection of this loop makes way for a newcomer on another.
    private nonisolated func giveWay() {
        loop.execute { [weak self] in self?.assumeIsolated { $0.table.giveWay() } }
    }

    isolated deinit {
        sweeper?.cancel()
        for listener in listeners { listener.close() }
        table.cutAll()
    }

    /// May be called for several addresses.
    /// - Parameter tls: asked for each connection; nil serves it in the clear.
    /// - Returns: the address with the port that the kernel chose, if it was 0.
    public func listen(
        on address: ListenAddress, tls: @escaping @Sendable () -> TLSContext? = { nil }
    ) throws(LoopError) -> ListenAddress {
        let table = table
        return add(
            try Listener(
                loop: loop, address: address, tls: tls, makesRoom: { table.makeRoom() }, exhausted: { _ in table.exhausted() },
                accepted: { table.accept($0) }))
    }

    /// - Parameters:
    ///   - inherited: a TCP socket that another process opened, or another server, and that listens already.
    ///   - isShared: whether other loops accept from it too.
    /// - Returns: its address.
    public func listen(
        inherited: Int32, isShared: Bool = false, tls: @escaping @Sendable () -> TLSContext? = { nil }
    ) throws(LoopError) -> ListenAddress {
        let table = table
        return add(
            try Listener(
                loop: loop, inherited: inherited, isShared: isShared, tls: tls, makesRoom: { table.makeRoom() },
                exhausted: { _ in table.exhausted() }, accepted: { table.accept($0) }))
    }

    /// A descriptor of each listening socket, for servers on other loops.
    func shareListeners() throws(LoopError) -> [Int32] {
        var shared: [Int32] = []
        for listener in listeners { shared.append(try listener.share()) }
        return shared
    }

    private func add(_ listener: Listener) -> ListenAddress {
        listeners.append(listener)
        startSweeping()
        return listener.address
    }

    /// Answers what the kernel has accepted already, then closes the listening sockets. Connections stay.
    public func stopAccepting() {
        for listener in listeners { listener.finish() }
        listeners = []
    }

    /// Finishes what is in flight: no new connections, each answer the last of its connection, idle ones closed after
    /// `drainGrace`. Returns when no connection is left, or after cutting those that are at the deadline. A second call with a
    /// shorter limit shortens the first.
    public func drain(within limit: Duration) async {
        stopAccepting()
        let deadline = loop.schedule(after: limit) { [weak self] in self?.assumeIsolated { $0.table.cutAll() } }
        await withCheckedContinuation { continuation in
            drains.append(continuation)
            table.drain { [weak self] in self?.assumeIsolated { $0.finishDrain() } }
        }
        deadline.cancel()
        sweeper?.cancel()
        sweeper = nil
    }

    /// Open connections.
    public nonisolated var connections: Int { openConnections.value }

    /// Bytes kept for all connections together: received and not consumed; not sent yet, or not dropped since; of memory for these.
    var held: (input: Int, output: Int, room: Int) { table.held }

    /// Steps of handshakes, since the start.
    var handshakeSteps: Int { table.handshakes.turns }

    private func finishDrain() {
        for drain in drains { drain.resume() }
        drains = []
    }

    private func startSweeping() {
        guard sweeper == nil else { return }
        sweeper = loop.schedule(after: table.configuration.sweepInterval, repeating: true) { [weak self] in
            self?.assumeIsolated { $0.table.sweep() }
        }
    }
}
