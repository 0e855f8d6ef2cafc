/// Which handler answers where. Paths are compared as bytes, undecoded: `/status/`, `//status` and `/%73tatus` are other paths.
public struct Router: Sendable {
    /// By the length of the path, which leaves one or two to compare.
    private var exact: [[Route]] = []
    private var variable: [Route] = []
    /// Of all routes, each once, in the order in which they were added.
    public private(set) var patterns: [String] = []

    /// Runs on the loop and must not block it.
    public typealias Handler = @Sendable (borrowing Request, consuming Responder) -> Void

    public init() {}

    /// A GET answers HEAD as well.
    /// - Parameters:
    ///   - pattern: `/a/b`, or with variables `/a/{}/b`; `{key}` instead of `{}` lets the value hold an encoded slash (`%2F`), and
    ///     `{...}` at the end is all that is left, slashes included, which may be nothing. Exact patterns win over those with
    ///     variables, and among these the first added.
    ///   - bodyLimit: bytes of a request's body; above it the answer is 413. GET takes none.
    ///   - allowsOptions: whether OPTIONS is answered like GET, with `Allow` beside: balancers ask for a node's health with it.
    /// - Precondition: the pattern does not have this method yet; it is not HEAD or OPTIONS.
    public mutating func add(
        _ method: Method, _ pattern: String, bodyLimit: Int = 0, allowsOptions: Bool = false,
        _ handler: @escaping Handler
    ) {
        precondition(method != .head && method != .options, "GET answers HEAD and OPTIONS")
        precondition(method == .get || !allowsOptions, "only GET answers OPTIONS")
        precondition(method != .get || bodyLimit == 0, "a GET takes no body")
        let endpoint = Route.Endpoint(method: method, bodyLimit: bodyLimit, handler: handler)
        let added = Route(pattern: pattern, index: index(of: pattern), endpoints: [endpoint], allowsOptions: allowsOptions)
        if added.isExact { insert(added, length: pattern.utf8.count) } else { Self.insert(added, into: &variable) }
    }

    /// The same routes with other handlers. `patterns` and their order stay, so that one table counts for both routers.
    /// - Parameter transform: gets a route's pattern and handler; nil takes the route away.
    public func mapHandlers(_ transform: (String, @escaping Handler) -> Handler?) -> Router {
        var router = self
        router.exact = exact.map { $0.compactMap { $0.mapHandlers(transform) } }
        router.variable = variable.compactMap { $0.mapHandlers(transform) }
        return router
    }

    private mutating func index(of pattern: String) -> Int {
        if let index = patterns.firstIndex(of: pattern) { return index }
        patterns.append(pattern)
        return patterns.count - 1
    }

    private mutating func insert(_ route: Route, length: Int) {
        while exact.count <= length { exact.append([]) }
        Self.insert(route, into: &exact[length])
    }

    private static func insert(_ route: Route, into routes: inout [Route]) {
        guard let index = routes.firstIndex(where: { $0.pattern == route.pattern }) else { return routes.append(route) }
        let endpoint = route.endpoints[0]
        let isNew = !routes[index].endpoints.contains { $0.method == endpoint.method }
        precondition(isNew, "\(route.pattern) has this method already")
        routes[index] = routes[index].adding(endpoint, allowsOptions: route.allowsOptions)
    }

    /// - Parameter range: of the path in `bytes`.
    func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Route? {
        if range.count < exact.count {
            for route in exact[range.count] where Self.equal(route.pattern, bytes, range) { return route }
        }
        guard !variable.isEmpty else { return nil }
        let path = range.map { bytes[$0] }
        let parts = Route.split(path)
        return variable.first { $0.matches(parts) }
    }

    private static func equal(_ pattern: String, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        for byte in pattern.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }
}
