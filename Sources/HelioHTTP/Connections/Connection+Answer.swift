import HelioLoop

extension Connection {
    func answer(_ exchange: UInt64, _ response: Response) {
        guard begins(exchange) else { return }
        let terms = terms
        let framing = framing(of: response.body, terms)
        let start = backlog.bytes.count
        ResponseHead.append(response, framing, terms, table.dateLine(), to: &backlog.bytes)
        tally.status = response.status
        if !terms.omitsBody, ResponseHead.hasBody(response.status) {
            switch response.body {
            case .none: break
            case .bytes(let bytes): backlog.bytes.append(contentsOf: bytes)
            case .stream(let body): beginStream(body, framing)
            }
        }
        tally.bytes = backlog.bytes.count - start
        if streamed == nil { finish(keepsAlive: ResponseHead.keepsAlive(terms, framing), .answered) }
        if !isInTurn { settle() }
    }

    func answer(_ exchange: UInt64, _ prepared: PreparedResponse) {
        guard begins(exchange) else { return }
        let terms = terms
        let start = backlog.bytes.count
        ResponseHead.append(prepared, terms, table.dateLine(), to: &backlog.bytes)
        tally.status = prepared.status
        tally.bytes = backlog.bytes.count - start
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
        let start = backlog.bytes.count
        ResponseHead.append(response, framing, terms, table.dateLine(), to: &backlog.bytes)
        if !terms.omitsBody, case .bytes(let bytes) = response.body { backlog.bytes.append(contentsOf: bytes) }
        tally.status = refusal.status
        tally.bytes = backlog.bytes.count - start
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
        guard stream.isOpen, machine.phase == .answering, machine.exchange == exchange, streamed == nil else { return false }
        if !isInTurn { backlog.borrow(&table.lent) }
        return true
    }

    var terms: ReplyTerms {
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

    func finish(keepsAlive: Bool, _ ending: Exchange.Ending) {
        if let observer = table.observer { observer(exchange(ending)) }
        machine.finishAnswer(keepsAlive: keepsAlive)
        tally = Tally()
    }

    func exchange(_ ending: Exchange.Ending) -> Exchange {
        let reply = machine.reply
        return Exchange(
            route: reply.route?.pattern, routeIndex: reply.route?.index, method: reply.method, status: tally.status, bytes: tally.bytes,
            duration: tally.began == 0 ? .zero : .nanoseconds(loop.exactNow - tally.began), ending: ending)
    }
}
