import HelioLoop

/// One connection: moves bytes between its stream and its machine, and keeps its deadline. Belongs to the loop.
final class Connection {
    /// Which deadline runs. A new phase, or a new exchange in the same phase, starts it anew; but not `writing`, which asks how fast the
    /// peer takes what waits for it, of however many answers.
    enum Timed: Equatable {
        case handshake, idle, head, body, answering, writing, lingering
    }

    let table: ConnectionTable
    let stream: ByteStream
    let peer: PeerAddress
    /// Where the table keeps it.
    let slot: Int
    var machine = ConnectionMachine()

    /// Received and not consumed. Empty and without storage between requests.
    var input: [UInt8] = []
    /// To be sent; what stands before `written` has been, and between turns that is less than the rest. Lent by the table for a turn, kept
    /// only while the peer is slow.
    var output: [UInt8] = []
    var written = 0
    /// Bytes, of the room of `output` and of the producer, that the table knows to be kept for the peer.
    var unsent = 0
    /// To be sent after `output`, from where it lies.
    var range: FileRange?
    /// The line that ends the chunk of a range.
    var owesLineEnd = false
    /// The producer has nothing after what waits to be sent.
    var isLastPiece = false
    var producer: (any BodyProducer)?
    var producerFraming = ResponseHead.Framing.chunked
    /// The producer had nothing, and wakes the connection when it has.
    var isStarved = false
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
    /// When the current request's head was complete.
    var began: Int64 = 0
    /// Bytes of the current answer.
    var answerBytes = 0
    var answerStatus = 0

    var timed: Timed
    var timedExchange: UInt64 = 0
    /// In nanoseconds of the monotonic clock.
    var deadline: Int64
    /// Bytes given to the kernel since the connection began, and how many of them had left it when the drain window began.
    var sent = 0
    var drainedBefore = 0

    var loop: EventLoop { table.loop }

    init(table: ConnectionTable, stream: ByteStream, peer: PeerAddress, slot: Int) {
        self.table = table
        self.stream = stream
        self.peer = peer
        self.slot = slot
        let isEstablished = stream.isEstablished
        timed = isEstablished ? .idle : .handshake
        deadline = table.loop.now &+ (isEstablished ? table.limits.idle : table.limits.head)
        machine.isDraining = table.isDraining
        stream.owner = self
    }
}

extension Connection: StreamOwner {
    func streamIsReadable() {
        guard timed != .lingering else { return discard() }
        guard timed != .handshake else {
            stream.setReading(false)
            return table.handshakes.lineUp(self, isNearlyDone: stream.hasAnswered)
        }
        read()
    }

    func takeHandshakeTurn() {
        guard stream.isOpen, timed == .handshake else { return }
        stream.setReading(true)
        read()
    }

    private func read() {
        switch stream.read(into: table.scratch) {
        case .moved(let count): receive(UnsafeRawBufferPointer(rebasing: table.scratch[..<count]))
        // Who came and went has asked whether the port is open.
        case .ended where timed == .handshake && stream.hasBegun: return cut(.handshake)
        case .ended: sawEnd = true
        case .wouldBlock: return timed == .handshake ? updateDeadline() : ()
        case .failed: return lost()
        }
        settle()
    }

    private func lost() {
        guard stream.heardPlainHTTP else { return cut(timed == .handshake ? .handshake : .peerVanished) }
        stream.abandonTLS()
        refuse(.plainHTTP)
    }

    var isStreaming: Bool { stream.isOpen && producer != nil }

    func streamIsWritable() {
        guard producer != nil else { return settle() }
        stream.setAwaitingWrite(false)
        table.streams.lineUp(self)
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        isInTurn = true
        defer { isInTurn = false }
        borrowOutput()
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
        while producer == nil, steps < ConnectionTable.turnRequests, output.count - written < table.configuration.outputMark {
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
            output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
            return false
        case .handle(let request, let endpoint):
            began = loop.now
            endpoint.handler(request, Responder(self, machine.exchange))
        case .refuse(let refusal): answer(refusal)
        }
        return machine.phase != .answering
    }

    /// Writes what can be written, goes on with pipelined requests, and arranges what comes next. Ends every turn.
    func settle() {
        isInTurn = true
        borrowOutput()
        var progresses = true
        while progresses, stream.isOpen {
            pump()
            flush()
            progresses = stream.isOpen && isSent && producer == nil && !input.isEmpty && serveInput()
        }
        isInTurn = false
        guard stream.isOpen else { return }
        endShare()
        if sawEnd, isSent, !hasUnservedInput, endsIncomplete() { return }
        if machine.phase == .finished, producer == nil, isSent { return end() }
        stream.setReading(wantsToRead)
        stream.setAwaitingWrite(!isSent)
        if hasUnservedInput || (producer != nil && isSent && !isStarved) { table.streams.lineUp(self) }
        updateDeadline()
        let kept = output.capacity + (producer?.retainedBytes ?? 0)
        if kept != unsent { table.keeps(kept, for: self) }
    }

    private func endShare() {
        let hadAll = steps == ConnectionTable.turnRequests
        steps = 0
        hasUnservedInput = hadAll && machine.phase == .idle && producer == nil && isSent && !input.isEmpty
    }

    /// Whether nothing waits for the peer to take it.
    var isSent: Bool { output.isEmpty && range == nil }

    private var wantsToRead: Bool {
        guard !sawEnd, !hasUnservedInput else { return false }
        let isReceiving = machine.phase != .answering && isSent
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
        borrowOutput()
        input = []
        _ = machine.refuse(refusal)
        answer(refusal)
        settle()
    }
}
