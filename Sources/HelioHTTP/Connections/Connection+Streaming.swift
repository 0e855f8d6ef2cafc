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
        streamed?.isStarved = false
        table.streams.lineUp(self)
    }

    var isStreaming: Bool { stream.isOpen && streamed != nil }

    /// Whether the producer has a piece, or is believed to.
    var hasPieces: Bool { streamed.map { !$0.isStarved } ?? false }

    /// A new piece of a streamed body when little waits: one each turn, so that a fast reader does not starve the others.
    func pump() {
        guard backlog.range == nil else { return pumpRange() }
        guard hasPieces, backlog.count < table.configuration.outputMark else { return }
        var piece: [UInt8] = []
        swap(&piece, &table.piece)
        piece.removeAll(keepingCapacity: true)
        let start = backlog.bytes.count
        do {
            try streamed?.produce(&piece, into: &backlog)
            tally.bytes += backlog.bytes.count - start + (backlog.range?.count ?? 0)
            if backlog.range == nil { endStreamAfterLastPiece() }
        } catch {
            cut(.producerFailed)
        }
        swap(&piece, &table.piece)
    }

    /// Where the stream cannot send files, their bytes go through memory, one piece each turn.
    private func pumpRange() {
        guard !stream.sendsFiles, backlog.count == 0 else { return }
        backlog.borrow(&table.output)
        do { try backlog.loadRange(atMost: ResponseBody.pieceSize) } catch { cut(.producerFailed) }
    }

    /// Gives the kernel what it takes: the bytes, then the rest of the range in one turn, or of a piece of it where it goes through memory.
    func flush() {
        switch backlog.sendBytes(to: stream) {
        case .failed: return cut(.peerVanished)
        case .wouldBlock: return
        case .done: backlog.giveBack(&table.output)
        }
        guard backlog.range != nil else { return }
        guard backlog.sendRange(to: stream) != .failed else { return cut(.peerVanished) }
        if backlog.range?.count == 0 { endRange() }
    }

    private func endRange() {
        backlog.range = nil
        guard streamed?.isLastPiece == true else { return }
        backlog.borrow(&table.output)
        endStreamAfterLastPiece()
        flush()
    }

    private func endStreamAfterLastPiece() {
        guard var body = streamed, body.isLastPiece else { return }
        let start = backlog.bytes.count
        body.finish(&backlog.bytes)
        tally.bytes += backlog.bytes.count - start
        streamed = nil
        finish(keepsAlive: ResponseHead.keepsAlive(terms, body.framing), .answered)
    }
}
