/// A pattern and what answers there.
final class Route: Sendable {
    struct Endpoint: Sendable {
        let method: Method
        let bodyLimit: Int
        let handler: Router.Handler
    }

    enum Segment: Equatable {
        case literal([UInt8])
        /// One segment; `acceptsSlash` lets it hold `%2F`.
        case variable(acceptsSlash: Bool)
        /// All that is left of the path, which may be nothing.
        case rest
    }

    let pattern: String
    /// Its place in `Router.patterns`.
    let index: Int
    let segments: [Segment]
    /// Which segments are variables.
    let variables: [Int]
    let endpoints: [Endpoint]
    let allowsOptions: Bool
    /// The value of `Allow`.
    let allow: String

    /// - Parameter pattern: `/a/{}/b`; `{key}` is a variable that may hold an encoded slash; `{...}`, at the end only, is what is
    ///   left.
    init(pattern: String, index: Int, endpoints: [Endpoint], allowsOptions: Bool) {
        precondition(pattern.hasPrefix("/"), "a pattern begins with a slash")
        self.pattern = pattern
        self.index = index
        self.endpoints = endpoints
        self.allowsOptions = allowsOptions
        let segments = Self.split(Array(pattern.utf8)).map(Self.segment)
        precondition(!segments.dropLast().contains(.rest), "what is left of a path is its end")
        self.segments = segments
        variables = segments.indices.filter { if case .literal = segments[$0] { false } else { true } }
        allow = Self.methods(endpoints, allowsOptions)
    }

    var isExact: Bool { variables.isEmpty }

    /// `HEAD` and `OPTIONS` are answered by the endpoint of `GET`.
    func endpoint(_ method: Method) -> Endpoint? {
        let wanted = method == .head || method == .options && allowsOptions ? .get : method
        return endpoints.first { $0.method == wanted }
    }

    func adding(_ endpoint: Endpoint, allowsOptions: Bool) -> Route {
        Route(
            pattern: pattern, index: index, endpoints: endpoints + [endpoint], allowsOptions: self.allowsOptions || allowsOptions)
    }

    /// - Returns: nil when no endpoint is left.
    func mapHandlers(_ transform: (String, @escaping Router.Handler) -> Router.Handler?) -> Route? {
        let mapped = endpoints.compactMap { endpoint in
            transform(pattern, endpoint.handler).map { Endpoint(method: endpoint.method, bodyLimit: endpoint.bodyLimit, handler: $0) }
        }
        return mapped.isEmpty ? nil : Route(pattern: pattern, index: index, endpoints: mapped, allowsOptions: allowsOptions)
    }

    /// Literals are compared as they came, undecoded; a variable must be decodable and not empty.
    func matches(_ parts: [ArraySlice<UInt8>]) -> Bool {
        guard parts.count == segments.count || segments.last == .rest && parts.count > segments.count else { return false }
        return zip(segments, parts).enumerated().allSatisfy { index, pair in
            switch pair.0 {
            case .literal(let bytes): pair.1.elementsEqual(bytes)
            case .variable(let acceptsSlash): Self.isValue(pair.1, acceptsSlash: acceptsSlash)
            case .rest: parts[index...].allSatisfy { PercentDecoding.decode($0) != nil }
            }
        }
    }

    /// - Returns: what the n-th variable is in a path that matches, decoded; nil where it has none.
    func value(_ index: Int, of path: ArraySlice<UInt8>) -> String? {
        let parts = Self.split(Array(path))
        let segment = variables[index]
        guard segment < parts.count else { return nil }
        let last = segments[segment] == .rest ? parts.count - 1 : segment
        return PercentDecoding.decode(parts[segment...last].joined(separator: "/".utf8))
    }

    private static func segment(_ part: ArraySlice<UInt8>) -> Segment {
        switch String(decoding: part, as: UTF8.self) {
        case "{}": .variable(acceptsSlash: false)
        case "{key}": .variable(acceptsSlash: true)
        case "{...}": .rest
        default: .literal(Array(part))
        }
    }

    static func split(_ path: [UInt8]) -> [ArraySlice<UInt8>] {
        path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    }

    private static func isValue(_ part: ArraySlice<UInt8>, acceptsSlash: Bool) -> Bool {
        guard !part.isEmpty, let value = PercentDecoding.decode(part) else { return false }
        return acceptsSlash || !value.utf8.contains(UInt8(ascii: "/"))
    }

    private static func methods(_ endpoints: [Endpoint], _ allowsOptions: Bool) -> String {
        var methods = endpoints.flatMap { $0.method == .get ? [Method.get, .head] : [$0.method] }
        if allowsOptions { methods.append(.options) }
        return methods.map(\.rawValue).joined(separator: ", ")
    }
}
