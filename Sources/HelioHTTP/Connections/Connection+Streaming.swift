import HelioLoop

extension Connection {
    func beginStream(_ body: any BodyProducer, _ framing: ResponseHead.Framing) {
        streamed = StreamedBody(body, framing)
        guard let fed = body as? FedBody else { return }
        let target = PendingResponse.Target(connection: self, exchange: machine.exchange)
        fed.begin { target.run { $0.feed($1) } }
    }

    /// There is something again for the body of an exchange, unless that is over.
    func feed(_ exchange: UInt64) {
        guard isStreaming, machine.exchange == exchange, streamed?.isStarved == true else { return }
        streamed?.wake()
        table.streams.lineUp(self)
    }

    var isStreaming: Bool { stream.isOpen && streamed != nil }

    /// Whether a streamed body goes on as soon as the peer has taken what waits for it, and the connection has its turn.
    var streamsOn: Bool { streamed.map { !$0.isStarved } ?? false }

    /// A new piece of a streamed body when little waits: one each turn, so that a fast reader does not starve the others.
    func pump() {
        guard backlog.range == nil else { return pumpRange() }
        guard let producer = streamed?.producer, streamsOn, backlog.count < table.configuration.outputMark else { return }
        var piece: [UInt8] = []
        swap(&piece, &table.piece)
        piece.removeAll(keepingCapacity: true)
        do {
            let isLast = try !producer.produce(into: &piece)
            let (range, start) = (producer.takeRange(), backlog.bytes.count)
            streamed?.append(piece, range, isLast: isLast, to: &backlog)
            tally.bytes += backlog.bytes.count - start + (range?.count ?? 0)
            endStreamIfLast()
        } catch {
            cut(.producerFailed)
        }
        swap(&piece, &table.piece)
    }

    /// Where the stream cannot send files, their bytes go through memory, one piece each turn.
    private func pumpRange() {
        guard !stream.sendsFiles, backlog.count == 0 else { return }
        backlog.borrow(&table.lent)
        do { try backlog.loadRange(atMost: ResponseBody.pieceSize) } catch { cut(.producerFailed) }
    }

    /// All of the range is sent.
    func endRange() {
        backlog.range = nil
        guard streamed?.hadLastPiece == true else { return }
        backlog.borrow(&table.lent)
        endStreamIfLast()
        flush()
    }

    private func endStreamIfLast() {
        guard backlog.range == nil, var body = streamed, body.hadLastPiece else { return }
        let start = backlog.bytes.count
        body.appendEnd(to: &backlog.bytes)
        tally.bytes += backlog.bytes.count - start
        streamed = nil
        finish(keepsAlive: ResponseHead.keepsAlive(terms, body.framing), .answered)
    }
}
