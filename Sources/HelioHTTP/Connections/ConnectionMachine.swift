import HelioLoop

/// What decides about requests on every connection of a server.
struct Rules {
    let router: Router
    let configuration: Configuration
}

/// How the answer to the current request has to be framed.
struct ReplyTerms {
    var method: Method?
    var isHTTP10 = false
    var keepsAlive = false
    /// The peer is sending a body that nobody will read.
    var leavesBody = false
    var route: Route?

    var omitsBody: Bool { method == .head }
}

/// What a connection does next, decided from bytes alone: no I/O, no clock, no buffers. The owner of the bytes drops what was
/// consumed, does what the action says, and asks again.
struct ConnectionMachine {
    enum Phase: Equatable {
        /// Between requests.
        case idle
        case head, body
        /// A request is with its handler, or its answer is being made.
        case answering
        /// No further request is read.
        case finished
    }

    enum Action {
        /// Nothing can be done before more bytes are here, or before the answer is.
        case wait
        /// The peer waits for leave to send its body.
        case sendContinue
        case handle(Request, Route.Endpoint)
        case refuse(Refusal)
    }

    struct Step {
        let action: Action
        let consumed: Int
    }

    private(set) var phase = Phase.idle
    /// Counts requests, so that an answer reaches its own request only.
    private(set) var exchange: UInt64 = 0
    private(set) var reply = ReplyTerms()
    var isDraining = false

    private var parser = HeadParser()
    private var head = RequestHead()
    private var endpoint: Route.Endpoint?

    /// - Parameter bytes: received and not consumed yet, from the first.
    mutating func next(_ bytes: Span<UInt8>, _ rules: Rules, peer: PeerAddress? = nil) -> Step {
        switch phase {
        case .answering, .finished: return Step(action: .wait, consumed: 0)
        case .body: return takeBody(bytes, peer)
        case .idle, .head:
            do {
                guard let head = try parser.parse(bytes, rules.configuration) else {
                    phase = bytes.isEmpty ? .idle : .head
                    return Step(action: .wait, consumed: 0)
                }
                self.head = head
                try admit(bytes, rules)
                return takeBody(bytes, peer)
            } catch {
                return refuse(error, consumed: bytes.count)
            }
        }
    }

    /// The server refuses by itself: at a deadline, or because the peer stopped in the middle.
    mutating func refuse(_ refusal: Refusal) -> Step { refuse(refusal, consumed: 0) }

    /// The answer to the current request is complete.
    /// - Parameter keepsAlive: whether its framing lets another follow.
    mutating func finishAnswer(keepsAlive: Bool) {
        phase = keepsAlive ? .idle : .finished
        parser = HeadParser()
        head = RequestHead()
        endpoint = nil
        reply.route = nil
    }

    private mutating func refuse(_ refusal: Refusal, consumed: Int) -> Step {
        reply.leavesBody = (head.contentLength ?? 0) > 0
        let keeps = refusal.keepsConnection && !reply.leavesBody && head.keepsAlive
        if !refusal.keepsConnection { reply.method = head.targetEnd > 0 ? head.method : nil }
        beginAnswer(keepsAlive: keeps)
        return Step(action: .refuse(refusal), consumed: keeps ? head.end : consumed)
    }

    private mutating func beginAnswer(keepsAlive: Bool) {
        exchange += 1
        phase = .answering
        reply.isHTTP10 = head.isHTTP10
        reply.keepsAlive = keepsAlive
    }
}

extension ConnectionMachine {
    /// Everything that is decided before the body.
    private mutating func admit(_ bytes: Span<UInt8>, _ rules: Rules) throws(Refusal) {
        reply = ReplyTerms(method: head.method)
        let length = head.contentLength ?? 0
        guard length == 0 || head.method != .get && head.method != .head else { throw .unexpectedBody }
        let route = rules.router.find(bytes, head.targetStart..<head.pathEnd)
        reply.route = route
        // Before the rest: what follows a method that is not known, nobody knows either.
        guard let method = head.method else { throw .unknownMethod }
        guard let route else { throw .notFound }
        endpoint = route.endpoint(method)
        guard endpoint != nil else { throw .methodNotAllowed }
        let limit = endpoint?.bodyLimit ?? 0
        // RFC 9110 section 10.1.1: an expectation in HTTP/1.0 is ignored.
        if let expected = head.expectsContinue, !head.isHTTP10, !expected || limit == 0 { throw .expectation }
        guard length <= limit else { throw .bodyTooLarge }
    }

    private mutating func takeBody(_ bytes: Span<UInt8>, _ peer: PeerAddress?) -> Step {
        let length = head.contentLength ?? 0
        guard bytes.count - head.end >= length else {
            let asks = phase != .body && head.expectsContinue == true && !head.isHTTP10 && bytes.count == head.end
            phase = .body
            return Step(action: asks ? .sendContinue : .wait, consumed: 0)
        }
        beginAnswer(keepsAlive: head.keepsAlive)
        let consumed = head.end + length
        guard let endpoint, let method = head.method else { preconditionFailure("a request without an endpoint is refused") }
        return Step(action: .handle(request(method, bytes, consumed, peer), endpoint), consumed: consumed)
    }

    private func request(_ method: Method, _ bytes: Span<UInt8>, _ end: Int, _ peer: PeerAddress?) -> Request {
        let start = head.start
        return Request(
            method: method, body: head.end == end ? [] : Self.copy(bytes, head.end..<end),
            headBytes: Self.copy(bytes, start..<head.end), pathRange: (head.targetStart - start)..<(head.pathEnd - start),
            queryRange: min(head.pathEnd + 1, head.targetEnd) - start..<(head.targetEnd - start), route: reply.route,
            address: peer)
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        bytes.extracting(range).withUnsafeBufferPointer { Array($0) }
    }
}
