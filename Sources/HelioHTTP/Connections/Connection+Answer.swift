import HelioLoop

extension Connection {
    func answer(_ exchange: UInt64, _ response: Response) {
        guard begins(exchange) else { return }
        let terms = terms
        let framing = framing(of: response.body, terms)
        let start = output.count
        ResponseHead.append(response, framing, terms, table.dateLine(), to: &output)
        answerStatus = response.status
        producerFraming = framing
        if !terms.omitsBody, ResponseHead.hasBody(response.status) {
            switch response.body {
            case .none: break
            case .bytes(let bytes): output.append(contentsOf: bytes)
            case .stream(let body): begin(body)
            }
        }
        answerBytes = output.count - start
        if producer == nil { finish(keepsAlive: ResponseHead.keepsAlive(terms, framing), .answered) }
        if !isInTurn { settle() }
    }

    func answer(_ exchange: UInt64, _ prepared: PreparedResponse) {
        guard begins(exchange) else { return }
        let terms = terms
        let start = output.count
        ResponseHead.append(prepared, terms, table.dateLine(), to: &output)
        answerStatus = prepared.status
        answerBytes = output.count - start
        finish(keepsAlive: terms.keepsAlive, .answered)
        if !isInTurn { settle() }
    }

    /// The server's own answer to the current request.
    func answer(_ refusal: Refusal) {
        let terms = terms
        var headers: [(String, String)] = []
        // Empty where nothing is: there no method is allowed.
        if refusal.status == 405 { headers = [("Allow", terms.route?.allow ?? "")] }
        let response = Response.error(refusal.status, refusal.message, headers: headers)
        let framing = framing(of: response.body, terms)
        let start = output.count
        ResponseHead.append(response, framing, terms, table.dateLine(), to: &output)
        if !terms.omitsBody, case .bytes(let bytes) = response.body { output.append(contentsOf: bytes) }
        answerStatus = refusal.status
        answerBytes = output.count - start
        lingers = lingers || !refusal.keepsConnection || terms.leavesBody
        finish(keepsAlive: terms.keepsAlive, .refused(refusal))
    }

    /// A handler let go of its duty without answering.
    func abandon(_ exchange: UInt64) {
        guard begins(exchange) else { return }
        answer(.unanswered)
        if !isInTurn { settle() }
    }

    /// Whether `exchange` is the one that waits. An answer to a connection that is gone goes nowhere.
    private func begins(_ exchange: UInt64) -> Bool {
        guard stream.isOpen, machine.phase == .answering, machine.exchange == exchange, producer == nil else { return false }
        if !isInTurn { borrowOutput() }
        return true
    }

    private var terms: ReplyTerms {
        var terms = machine.reply
        if machine.isDraining { terms.keepsAlive = false }
        return terms
    }

    private func framing(of body: Response.Body, _ terms: ReplyTerms) -> ResponseHead.Framing {
        switch body {
        case .none: .length(0)
        case .bytes(let bytes): .length(bytes.count)
        case .stream: terms.isHTTP10 ? .untilClose : .chunked
        }
    }

    private func finish(keepsAlive: Bool, _ ending: Exchange.Ending) {
        if let observer = table.observer { observer(exchange(ending)) }
        machine.finishAnswer(keepsAlive: keepsAlive)
        (began, answerStatus, answerBytes) = (0, 0, 0)
    }

    private func begin(_ body: any BodyProducer) {
        producer = body
        isStarved = false
        guard let fed = body as? FedBody else { return }
        let target = PendingResponse.Target(connection: self, exchange: machine.exchange)
        fed.begin { target.run { $0.feed($1) } }
    }

    /// There is something again for the body of an exchange, unless that is over.
    func feed(_ exchange: UInt64) {
        guard isStreaming, machine.exchange == exchange, isStarved else { return }
        isStarved = false
        table.streams.lineUp(self)
    }

    /// A new piece of a streamed body when little waits: one each turn, so that a fast reader does not starve the others.
    func pump() {
        guard range == nil else { return pumpRange() }
        guard let producer, !isStarved, output.count - written < table.configuration.outputMark else { return }
        var piece: [UInt8] = []
        swap(&piece, &table.piece)
        piece.removeAll(keepingCapacity: true)
        do {
            isLastPiece = try !producer.produce(into: &piece)
            range = producer.takeRange()
            appendPiece(piece)
            isStarved = !isLastPiece && piece.isEmpty && range == nil && producer is FedBody
            if isLastPiece, range == nil { finishStream() }
        } catch {
            cut(.producerFailed)
        }
        swap(&piece, &table.piece)
    }

    private func appendPiece(_ piece: [UInt8]) {
        payLineEnd()
        let (start, following) = (output.count, range?.count ?? 0)
        if producerFraming != .chunked {
            output.append(contentsOf: piece)
        } else if piece.count + following > 0 {
            ChunkedFraming.open(piece, following: following, to: &output)
            owesLineEnd = true
        }
        answerBytes += output.count - start + following
        if range == nil { payLineEnd() }
    }

    private func payLineEnd() {
        guard owesLineEnd else { return }
        owesLineEnd = false
        output.append(contentsOf: ChunkedFraming.lineEnd)
        answerBytes += ChunkedFraming.lineEnd.count
    }

    /// Where the stream cannot send files, their bytes go through `output`, one piece each turn.
    private func pumpRange() {
        guard var rest = range, !stream.sendsFiles, output.isEmpty else { return }
        do {
            borrowOutput()
            try rest.move(atMost: ResponseBody.pieceSize, to: &output)
            range = rest
        } catch {
            cut(.producerFailed)
        }
    }

    /// All of it is sent. The line's end waits for what comes next, and goes out with it.
    func endRange() {
        range = nil
        guard isLastPiece else { return }
        borrowOutput()
        payLineEnd()
        finishStream()
        flush()
    }

    private func finishStream() {
        producer = nil
        isLastPiece = false
        if producerFraming == .chunked {
            output.append(contentsOf: ChunkedFraming.end)
            answerBytes += ChunkedFraming.end.count
        }
        finish(keepsAlive: ResponseHead.keepsAlive(terms, producerFraming), .answered)
    }

    func exchange(_ ending: Exchange.Ending) -> Exchange {
        let reply = machine.reply
        return Exchange(
            route: reply.route?.pattern, routeIndex: reply.route?.index, method: reply.method, status: answerStatus, bytes: answerBytes,
            duration: began == 0 ? .zero : .nanoseconds(loop.exactNow - began), ending: ending)
    }
}
