import HelioHTTP
import HelioMetrics

/// What the servers answered. Called on the loop for every request, so the usual answers are found by number.
struct HTTPMetrics: Sendable {
    private static let statuses = 200..<600
    /// The label of requests that no route took.
    private static let noRoute = "none"
    /// Pairs of route and code beyond those declared that are counted by name.
    private static let surprises = 200

    private let requests: OpenCounters
    /// By route, then by status; the last row is that of no route.
    private let declared: [[Counter?]]
    private let refusals: Labelled<Refusal, Counter>
    private let cuts: Labelled<Exchange.Cut, Counter>
    private let names: [String]

    init(_ registry: Registry, routes: [String]) {
        let names = routes + [Self.noRoute]
        let expected = names.map(ExpectedCodes.of)
        let requests = registry.counters(
            "heliostat_http_requests_total", "Requests answered, by the pattern of their route.", by: ["route", "code"],
            limit: expected.reduce(Self.surprises) { $0 + $1.count })
        declared = zip(names, expected).map { name, codes in
            var row = [Counter?](repeating: nil, count: Self.statuses.count)
            for code in codes { row[code - Self.statuses.lowerBound] = requests.child([name, "\(code)"]) }
            return row
        }
        self.names = names
        self.requests = requests
        let rejected = registry.counters(
            "heliostat_http_rejected_total", "Requests that the server refused by itself and connections that it cut, idle ones at the end of their time among them.",
            by: ["reason"], limit: Refusal.allCases.count + Exchange.Cut.allCases.count)
        refusals = Labelled { Self.child($0.rawValue, of: rejected) }
        cuts = Labelled { Self.child($0.rawValue, of: rejected) }
    }

    private static func child(_ reason: String, of family: OpenCounters) -> Counter {
        guard let child = family.child([reason]) else { preconditionFailure("the limit is the number of reasons") }
        return child
    }

    func record(_ exchange: Exchange) {
        switch exchange.ending {
        case .answered: break
        case .refused(let refusal): refusals[refusal].add()
        case .cut(let cut): cuts[cut].add()
        }
        if Self.statuses.contains(exchange.status) { count(exchange.routeIndex ?? names.count - 1, exchange.status) }
    }

    private func count(_ route: Int, _ status: Int) {
        if let counter = declared[route][status - Self.statuses.lowerBound] { return counter.add() }
        requests.child([names[route], "\(status)"])?.add()
    }
}

/// Which codes a route is expected to answer: these are there from the start, so that a rate has something to begin from.
private enum ExpectedCodes {
    /// Where a token is asked for: without one, and with one for something else.
    private static let token = [401, 403]
    /// Where a body is taken: it is none, does not come, or is too long.
    private static let body = [400, 408, 413]

    static func of(_ route: String) -> [Int] {
        switch route {
        case "none": [400, 404, 405, 408, 411, 413, 414, 417, 431, 503]
        // 404 is what `status.drain_code` may say.
        case "/status": [200, 404, 405, 503]
        case "/readyz": [200, 400, 404, 405, 503]
        case "/livez", "/metrics": [200, 405]
        case "/favicon.ico": [204, 405]
        case "/": [200, 405] + token
        case "/notify": [202, 405, 429, 503] + token + body
        case _ where route.hasPrefix("/jolokia"): [200, 405, 503] + body
        case _ where route.hasPrefix("/admin/"): [200, 202, 404, 405, 503] + token + body
        case _ where route.contains("repo-hashes"): [200, 304, 400, 404, 405] + token
        // Long answers wait for each other, and only so many do.
        case _ where route.hasSuffix("/supportInfo/repoSyncStatus") || route.hasSuffix("/refChangesQueue"): [200, 400, 405, 503] + token
        case _ where route.hasPrefix("/rest/"): [200, 400, 404, 405] + token
        default: [200, 400, 404, 405]
        }
    }
}
