import HelioLoop

/// One connection: moves bytes between its stream and its machine, and keeps its deadline. Belongs to the loop.
final class Connection {
    /// What observers are told of the current exchange.
    struct Tally {
        /// When the request's head was complete, in nanoseconds of the monotonic clock; 0 before.
        var began: Int64 = 0
        var status = 0
        /// Of the answer, head and framing included.
        var bytes = 0
    }

    let table: ConnectionTable
    let stream: ByteStream
    let peer: PeerAddress
    /// Where the table keeps it.
    let slot: Int
    var machine = ConnectionMachine()

    /// Received and not consumed. Empty and without storage between requests.
    var input: [UInt8] = []
    var backlog = Backlog()
    /// The rest of the answer, when it is made piece by piece.
    var streamed: StreamedBody?
    var tally = Tally()
    /// Bytes of memory that the table knows to be kept for the peer: the room of the backlog, and what the producer holds.
    var keptBytes = 0
    /// Waits for its turn in the table's `streams` or `handshakes`.
    var isInLine = false
    /// The peer sends nothing more; it may still read.
    var sawEnd = false
    var isInTurn = false
    /// Steps of the machine in this turn; each begins a request at most.
    private var steps = 0
    /// The turn has had its share of requests, and the rest of what was received waits for another, in the table's `streams`.
    private(set) var hasUnservedInput = false
    /// The peer may be sending what nobody will read.
    var lingers = false
    var discarded = 0
    var deadline: Deadline

    var loop: EventLoop { table.loop }

    init(table: ConnectionTable, stream: ByteStream, peer: PeerAddress, slot: Int) {
        self.table = table
        self.stream = stream
        self.peer = peer
        self.slot = slot
        let kind: Deadline.Kind = stream.isEstablished ? .idle : .handshake
        deadline = Deadline(kind, began: table.loop.now, limit: table.limits[kind])
        machine.isDraining = table.isDraining
        stream.owner = self
    }
}

extension Connection: StreamOwner {
    func streamIsReadable() {
        guard deadline.kind != .lingering else { return discard() }
        guard deadline.kind != .handshake else {
            stream.setReading(false)
            return table.handshakes.lineUp(self, isNearlyDone: stream.hasAnswered)
        }
        read()
    }

    func takeHandshakeTurn() {
        guard stream.isOpen, deadline.kind == .handshake else { return }
        stream.setReading(true)
        read()
    }

    private func read() {
        switch stream.read(into: table.scratch) {
        case .moved(let count): receive(UnsafeRawBufferPointer(rebasing: table.scratch[..<count]))
        // Who came and went has asked whether the port is open.
        case .ended where deadline.kind == .handshake && stream.hasBegun: return cut(.handshake)
        case .ended: sawEnd = true
        case .wouldBlock: return deadline.kind == .handshake ? updateDeadline() : ()
        case .failed: return lost()
        }
        settle()
    }

    private func lost() {
        guard stream.heardPlainHTTP else { return cut(deadline.kind == .handshake ? .handshake : .peerVanished) }
        stream.abandonTLS()
        refuse(.plainHTTP)
    }

    func streamIsWritable() {
        guard streamed != nil else { return settle() }
        stream.setAwaitingWrite(false)
        table.streams.lineUp(self)
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        isInTurn = true
        defer { isInTurn = false }
        backlog.borrow(&table.lent)
        guard input.isEmpty else {
            input.append(contentsOf: bytes)
            _ = serveInput()
            return
        }
        let fresh = bytes.assumingMemoryBound(to: UInt8.self)
        let used = serve(fresh.span)
        keep(fresh[used...])
    }

    /// - Returns: whether any of it was used.
    private func serveInput() -> Bool {
        var bytes: [UInt8] = []
        swap(&bytes, &input)  // moved, not copied: a body may be long
        let used = serve(bytes.span)
        if used == 0 { input = bytes } else { keep(bytes[used...]) }
        return used > 0
    }

    private func keep(_ rest: some Collection<UInt8>) {
        guard !rest.isEmpty else { return }
        if machine.phase == .finished { lingers = true } else { input.append(contentsOf: rest) }
    }

    /// Begins request after request as long as each is answered at once, the peer takes the answers, and the turn has not had its share.
    private func serve(_ bytes: Span<UInt8>) -> Int {
        var used = 0
        while streamed == nil, steps < ConnectionTable.turnRequests, backlog.count < table.configuration.outputMark {
            let step = machine.next(bytes.extracting(used..<bytes.count), table.rules, peer: peer)
            used += step.consumed
            steps += 1
            guard perform(step.action) else { break }
        }
        return used
    }

    /// - Returns: whether there may be more to do with the same bytes.
    private func perform(_ action: ConnectionMachine.Action) -> Bool {
        switch action {
        case .wait: return false
        case .sendContinue:
            backlog.bytes.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
            return false
        case .handle(let request, let endpoint):
            tally.began = loop.now
            endpoint.handler(request, Responder(self, machine.exchange))
        case .refuse(let refusal): answer(refusal)
        }
        return machine.phase != .answering
    }

    /// Writes what can be written, goes on with pipelined requests, and arranges what comes next. Ends every turn.
    func settle() {
        isInTurn = true
        backlog.borrow(&table.lent)
        var progresses = true
        while progresses, stream.isOpen {
            pump()
            flush()
            progresses = stream.isOpen && backlog.isEmpty && streamed == nil && !input.isEmpty && serveInput()
        }
        isInTurn = false
        guard stream.isOpen else { return }
        endShare()
        if sawEnd, backlog.isEmpty, !hasUnservedInput, endsIncomplete() { return }
        if machine.phase == .finished, streamed == nil, backlog.isEmpty { return end() }
        stream.setReading(wantsToRead)
        stream.setAwaitingWrite(!backlog.isEmpty)
        if hasUnservedInput || (streamsOn && backlog.isEmpty) { table.streams.lineUp(self) }
        updateDeadline()
        let bytes = backlog.room + (streamed?.producer.retainedBytes ?? 0)
        if bytes != keptBytes { table.account(bytes, for: self) }
    }

    /// Gives the kernel what it takes: the bytes, then the rest of the range in one turn, or of a piece of it where it goes through memory.
    func flush() {
        switch backlog.sendBytes(to: stream) {
        case .failed: return cut(.peerVanished)
        case .wouldBlock: return
        case .done: backlog.giveBack(&table.lent)
        }
        guard backlog.range != nil else { return }
        guard backlog.sendRange(to: stream) != .failed else { return cut(.peerVanished) }
        if backlog.range?.count == 0 { endRange() }
    }

    private func endShare() {
        let hadAll = steps == ConnectionTable.turnRequests
        steps = 0
        hasUnservedInput = hadAll && machine.phase == .idle && streamed == nil && backlog.isEmpty && !input.isEmpty
    }

    private var wantsToRead: Bool {
        guard !sawEnd, !hasUnservedInput else { return false }
        let isReceiving = machine.phase != .answering && backlog.isEmpty
        return isReceiving || input.count < table.configuration.pipelineBytes
    }

    /// The peer has finished sending and no answer is under way.
    private func endsIncomplete() -> Bool {
        switch machine.phase {
        case .idle: close()
        case .head, .body: refuse(.incomplete)
        case .answering, .finished: return false
        }
        return true
    }

    /// The server answers by itself and closes.
    func refuse(_ refusal: Refusal) {
        isInTurn = true
        backlog.borrow(&table.lent)
        input = []
        _ = machine.refuse(refusal)
        answer(refusal)
        settle()
    }
}
