@testable import HelioHTTP

/// Requests one after the other on a connection: cut at the same places however the bytes arrive, so that no part of one is taken for
/// another.
struct RequestStreamTarget: FuzzTarget {
    let name = "request-stream"
    let maximumLength = 1024

    private enum Event: Equatable {
        case handled(HelioHTTP.Method, head: [UInt8], path: [UInt8], query: Bool, body: [UInt8], keepsAlive: Bool)
        case refused(Refusal, keepsAlive: Bool)
    }

    private static let rules = {
        var router = Router()
        router.add(.get, "/status", allowsOptions: true) { _, _ in }
        router.add(.post, "/p", bodyLimit: 64) { _, _ in }
        router.add(.put, "/v/{}/x", bodyLimit: 8) { _, _ in }
        router.add(.delete, "/k/{key}") { _, _ in }
        router.add(.get, "/r/{...}") { _, _ in }
        var limits = Configuration()
        limits.headBytes = 384
        limits.targetBytes = 96
        limits.headers = 8
        return Rules(router: router, configuration: limits)
    }()

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let whole = try Self.events([input[...]])
        for pieces in Pieces.ways(input) {
            let pieced = try Self.events(pieces)
            try promise(whole == pieced || Self.differOnlyInTheReason(whole, pieced), "whole: \(whole); in pieces: \(pieced)")
        }
        try Self.checkAlone(whole)
    }

    private static func events(_ pieces: [ArraySlice<UInt8>]) throws(BrokenPromise) -> [Event] {
        var machine = ConnectionMachine()
        var (received, events): ([UInt8], [Event]) = ([], [])
        for piece in pieces {
            received += piece
            while try step(&machine, &received, &events) {}
        }
        return events
    }

    /// - Returns: whether there may be more to do with what is here.
    private static func step(
        _ machine: inout ConnectionMachine, _ received: inout [UInt8], _ events: inout [Event]
    ) throws(BrokenPromise) -> Bool {
        let step = machine.next(received.span, rules)
        try promise(step.consumed <= received.count, "\(step.consumed) bytes of \(received.count) are used")
        received.removeFirst(step.consumed)
        let keeps = machine.reply.keepsAlive
        switch step.action {
        case .wait: return false
        case .sendContinue:
            try promise(step.consumed == 0, "what is asked for a body is used up")
            return true
        case .handle(let request, let endpoint):
            try promise(request.body.count <= endpoint.bodyLimit, "a body of \(request.body.count) bytes is accepted")
            events.append(
                .handled(
                    request.method, head: request.headBytes, path: request.path, query: !request.query.isEmpty, body: request.body, keepsAlive: keeps))
        case .refuse(let refusal): events.append(.refused(refusal, keepsAlive: keeps))
        }
        machine.finishAnswer(keepsAlive: keeps)
        return keeps
    }

    /// A request line that is too long is refused before its other mistakes are seen.
    private static func differOnlyInTheReason(_ whole: [Event], _ pieced: [Event]) -> Bool {
        guard whole.dropLast() == pieced.dropLast(), case .refused(_, false) = whole.last, case .refused(.targetTooLong, false) = pieced.last
        else { return false }
        return true
    }

    /// Each request that was handled is the same when it comes alone: nothing of its neighbours is in it.
    private static func checkAlone(_ events: [Event]) throws(BrokenPromise) {
        for event in events {
            guard case .handled(_, let head, _, _, let body, _) = event else { continue }
            let alone = try self.events([(head + body)[...]])
            try promise(alone == [event], "in a row: \(event); alone: \(alone)")
        }
    }
}
