public import HelioHTTP

/// The routers of a node. All have the same patterns in the same order, whichever of them they answer.
public struct NodeRouters: Sendable {
    /// Of `http.listen`: what everybody may read, and administration for those who show a token. Without a token configured, this
    /// answers 401 as it does to a wrong one.
    public let open: Router
    /// Of `http.admin_listen`: the same.
    public let admin: Router
    /// Of the Unix socket: everything, for whoever may connect.
    public let socket: Router

    /// - Parameters:
    ///   - tokens: asked with each request.
    ///   - movesAdministration: whether metrics and administration are on `admin` and not on `open`.
    public init(
        board: NodeBoard, commands: NodeCommands, tokens: @escaping @Sendable () -> AccessTokens, metrics: MetricsSource,
        movesAdministration: Bool = false
    ) {
        let parts = Parts(board: board, commands: commands, metrics: metrics)
        socket = parts.router(notify: .open, admin: .open, hasOperations: true)
        let reader = Gate.reader(tokens)
        func guarded(hasOperations: Bool) -> Router {
            parts.router(notify: .bearer([.notify, .admin], tokens), admin: .bearer([.admin], tokens), hasOperations: hasOperations)
                .mapHandlers { pattern, handler in
                    switch RouteGroup(pattern) {
                    case .always: handler
                    case .read: reader.guarding(handler)
                    case .operation: hasOperations ? handler : nil
                    }
                }
        }
        admin = guarded(hasOperations: true)
        open = guarded(hasOperations: !movesAdministration)
    }

    private struct Parts {
        let board: NodeBoard
        let commands: NodeCommands
        let metrics: MetricsSource

        func router(notify: Gate, admin: Gate, hasOperations: Bool) -> Router {
            var router = Router()
            HealthRoutes.add(to: &router, board, commands)
            HashRoutes.add(to: &router, board)
            MirrorRoutes.add(to: &router, board, commands)
            SupportRoutes.add(to: &router, board)
            MetricsRoute.add(to: &router, metrics)
            JolokiaRoutes.add(to: &router, board, commands, metrics)
            NotifyRoute.add(to: &router, board, commands, notify)
            AdminRoutes(board: board, commands: commands, gate: admin).add(to: &router)
            DrainRoutes(board: board, commands: commands, gate: admin).add(to: &router)
            WebhookRoutes(commands: commands, gate: admin).add(to: &router)
            InspectionRoute(board: board, commands: commands, gate: admin).add(to: &router)
            FrontRoutes.add(to: &router, board, commands, metrics.history, hasOperations: hasOperations)
            return router
        }
    }
}

/// For whom a route is, by its pattern.
private enum RouteGroup {
    /// For balancers, and for the upstream that notifies: always on the first listener, health never behind a token.
    case always
    /// What is mirrored: behind `http.token_file` when that is set.
    case read
    /// For those who run the node: moved by `http.admin_listen`.
    case operation

    init(_ pattern: String) {
        switch pattern {
        case "/": self = .read
        case _ where pattern.hasPrefix("/rest/"): self = .read
        case "/metrics", "/jolokia": self = .operation
        case _ where pattern.hasPrefix("/admin/") || pattern.hasPrefix("/jolokia/"): self = .operation
        default: self = .always
        }
    }
}
