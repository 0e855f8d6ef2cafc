public import HelioLoop

/// One HTTP server on several loops. A connection stays on the loop that accepted it, so what it asks is answered in its order there;
/// handlers run on all of the loops at once.
public struct HTTPServerGroup: Sendable {
    private let servers: [HTTPServer]

    /// - Parameters:
    ///   - loops: at least one.
    ///   - openConnections: of this group only; the limit in `configuration` is on all its connections together.
    ///   - observer: called on each of the loops; must not block.
    public init(
        loops: [EventLoop], configuration: Configuration = Configuration(), router: Router,
        openConnections: OpenConnections = OpenConnections(), observer: (@Sendable (Exchange) -> Void)? = nil
    ) {
        precondition(!loops.isEmpty, "a server needs a loop")
        servers = loops.map {
            HTTPServer(loop: $0, configuration: configuration, router: router, openConnections: openConnections, observer: observer)
        }
    }

    /// Called once: on all of these addresses.
    /// - Parameter tls: asked for each connection; nil serves it in the clear.
    /// - Returns: the addresses with the ports that the kernel chose.
    public func listen(
        on addresses: [ListenAddress], inherited: [Int32] = [], tls: @escaping @Sendable () -> TLSContext? = { nil }
    ) async throws(LoopError) -> [ListenAddress] {
        let first = servers[0]
        var bound: [ListenAddress] = []
        for descriptor in inherited { bound.append(try await first.listen(inherited: descriptor, tls: tls)) }
        for address in addresses { bound.append(try await first.listen(on: address, tls: tls)) }
        for server in servers.dropFirst() {
            for descriptor in try await first.shareListeners() {
                _ = try await server.listen(inherited: descriptor, isShared: true, tls: tls)
            }
        }
        return bound
    }

    /// As `HTTPServer.drain(within:)`, on every loop.
    public func drain(within limit: Duration) async {
        await withTaskGroup { group in
            for server in servers { group.addTask { await server.drain(within: limit) } }
        }
    }
}
