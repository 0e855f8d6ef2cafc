import HelioLoop

/// The connections of a server on one loop and what they share: rules, deadlines, and buffers that each uses for the length of a turn.
/// Belongs to the loop.
final class ConnectionTable {
    /// Bytes read at a time.
    static let readBytes = 16 * 1024
    /// Requests that one turn of a connection begins at most: hundreds fit into what is read at a time, and a dear one takes half a
    /// millisecond, however short its answer.
    static let turnRequests = 32
    /// Connections that make way when descriptors run out: the node's own work needs some, too.
    private static let room = 16
    /// Connections that one turn looks at, and closes, when deadlines are swept. A request waits for one turn at most.
    private static let sweepPiece = (looks: 1024, closes: 64)

    let loop: EventLoop
    let rules: Rules
    let limits: Deadline.Limits
    let observer: (@Sendable (Exchange) -> Void)?
    let scratch: UnsafeMutableRawBufferPointer
    /// For the answers of whichever connection has its turn.
    var lent: [UInt8] = []
    /// For the piece that a producer makes.
    var piece: [UInt8] = []
    let streams: TurnLine
    let handshakes: TurnLine
    private(set) var isDraining = false
    private(set) var count = 0 { didSet { openConnections.add(count - oldValue) } }
    let openConnections: OpenConnections
    private var slots: [Connection?] = []
    private var displacement = Displacement()
    private var isSweeping = false
    private var free: [Int] = []
    private var date = DateHeader()
    private var emptied: (() -> Void)?
    private var lastExhausted = Int64.min
    /// Bytes that are kept for slow peers.
    private var keptBytes = 0

    var configuration: Configuration { rules.configuration }

    init(loop: EventLoop, rules: Rules, openConnections: OpenConnections, observer: (@Sendable (Exchange) -> Void)?) {
        self.loop = loop
        self.openConnections = openConnections
        self.rules = rules
        self.observer = observer
        streams = TurnLine(loop: loop) { if $0.isStreaming || $0.hasUnservedInput { $0.settle() } }
        handshakes = TurnLine(loop: loop) { $0.takeHandshakeTurn() }
        scratch = .allocate(byteCount: Self.readBytes, alignment: 16)
        limits = Deadline.Limits(rules.configuration)
    }

    deinit { scratch.deallocate() }

    func dateLine() -> [UInt8] {
        date.refresh(now: loop.now)
        return date.line
    }

    /// Serves a new connection. Its request is usually here already, and then no poll is needed for it.
    func accept(_ arrival: Listener.Arrival) {
        guard openConnections.value < configuration.connections || displaceOne() || borrowsPlace() else { return refuse(arrival.stream) }
        let slot = free.popLast() ?? slots.count
        let connection = Connection(table: self, stream: arrival.stream, peer: arrival.peer, slot: slot)
        if slot == slots.count { slots.append(connection) } else { slots[slot] = connection }
        count += 1
        // On the reserve descriptor there is one answer and no more.
        if arrival.usesReserve { connection.machine.isDraining = true }
        connection.streamIsReadable()
        guard arrival.stream.isOpen else { return }
        if arrival.usesReserve { connection.close() } else if !connection.isInLine { arrival.stream.setReading(true) }
    }

    func remove(_ connection: Connection) {
        guard slots[connection.slot] === connection else { return }
        slots[connection.slot] = nil
        free.append(connection.slot)
        count -= 1
        if count == 0 { emptied?() }
    }

    /// Reads what has come (a close before that would reset the connection and take the answer with it), answers, closes.
    private func refuse(_ stream: ByteStream) {
        let refusal = Refusal.tooManyConnections
        guard stream.isEstablished else {
            // The answer would cost a handshake, and there are too many of them.
            stream.close()
            return told(refusal, status: 0, bytes: 0)
        }
        let response = Response.error(refusal.status, refusal.message, headers: [("Retry-After", "1")])
        var bytes: [UInt8] = []
        guard case .bytes(let body) = response.body else { return }
        ResponseHead.append(response, .length(body.count), ReplyTerms(), dateLine(), to: &bytes)
        bytes += body
        _ = stream.read(into: scratch)
        _ = bytes.withUnsafeBytes { stream.write($0) }
        stream.close()
        told(refusal, status: refusal.status, bytes: bytes.count)
    }

    private func told(_ refusal: Refusal, status: Int, bytes: Int) {
        observer?(Exchange(
            route: nil, routeIndex: nil, method: nil, status: status, bytes: bytes, duration: .zero, ending: .refused(refusal)))
    }

    /// - Returns: whether there was a connection on this loop that keeps the server waiting.
    private func displaceOne() -> Bool {
        guard let connection = displacement.next(slots, loop.now) else { return false }
        connection.displace()
        return true
    }

    /// Another loop may have connections that keep it waiting. It closes one a moment after the newcomer is here, so the limit is passed by
    /// a few for that long.
    private func borrowsPlace() -> Bool {
        let limit = configuration.connections
        return openConnections.value < limit + limit / 64 && openConnections.askForRoom()
    }

    func giveWay() {
        if openConnections.value > configuration.connections { _ = displaceOne() }
    }

    /// There is no descriptor for another connection. Some make way: one each time would be a failed accept for each.
    /// - Returns: whether any did.
    func makeRoom() -> Bool {
        exhausted()
        var displaced = 0
        while displaced < Self.room, displaceOne() { displaced += 1 }
        return displaced > 0
    }

    /// Takes note of how many bytes are kept for one peer. Where that makes too many of them, the connections with most are cut off, this one among
    /// them.
    func account(_ bytes: Int, for connection: Connection) {
        keptBytes += bytes - connection.keptBytes
        connection.keptBytes = bytes
        while keptBytes > configuration.unsentBytes, let most = slots.lazy.compactMap(\.self).max(by: { $0.keptBytes < $1.keptBytes }) {
            most.cut(.slowReader)
        }
    }

    /// Descriptors or memory ran out.
    func exhausted() {
        guard loop.now &- 1_000_000_000 >= lastExhausted || lastExhausted == .min else { return }
        lastExhausted = loop.now
        observer?(Exchange(route: nil, routeIndex: nil, method: nil, status: 0, bytes: 0, duration: .zero, ending: .cut(.noDescriptors)))
    }
}

extension ConnectionTable {
    /// Strikes where deadlines have passed, in several turns of the loop when there are many connections.
    func sweep() {
        guard !isSweeping else { return }
        isSweeping = true
        sweep(from: 0)
    }

    private func sweep(from start: Int) {
        let now = loop.now
        let end = min(slots.count, start + Self.sweepPiece.looks)
        var (index, closes) = (start, 0)
        while index < end, closes < Self.sweepPiece.closes {
            if let connection = slots[index], now >= connection.deadline.time {
                connection.checkDeadline(now)
                closes += 1
            }
            index += 1
        }
        guard index < slots.count else { return isSweeping = false }
        // The table stays on its loop: only the loop runs the job, and only the loop makes it.
        nonisolated(unsafe) weak let table = self
        loop.execute { [index] in table?.sweep(from: index) }
    }

    /// - Parameter done: called once no connection is left, which may be at once.
    func drain(_ done: @escaping () -> Void) {
        isDraining = true
        emptied = done
        for index in slots.indices { slots[index]?.beginDrain() }
        if count == 0 { done() }
    }

    var held: (input: Int, output: Int, room: Int) {
        slots.reduce((0, 0, 0)) { sum, slot in
            guard let slot else { return sum }
            return (sum.0 + slot.input.count, sum.1 + slot.backlog.bytes.count, sum.2 + slot.backlog.room)
        }
    }

    func cutAll() {
        for index in slots.indices { slots[index]?.cut(.drainDeadline) }
    }
}

extension Duration {
    /// Saturates at ±292 years.
    var inNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? .max : sum
    }

    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
