public import HelioHTTP

/// The routes of the TCP listener: what everybody may read, and administration for those who show a token. Without a token
/// configured, these answer 401 as they do to a wrong one.
public func publicRouter(
    board: NodeBoard, commands: NodeCommands, tokens: @escaping @Sendable () -> AccessTokens, metrics: MetricsSource
) -> Router {
    let admin = Gate.bearer { [tokens().admin] }
    let notify = Gate.bearer {
        let tokens = tokens()
        return [tokens.notify, tokens.admin]
    }
    return router(board, commands, metrics, notify: notify, admin: admin)
}

/// The routes of the Unix socket: all of them, for whoever may connect.
public func socketRouter(board: NodeBoard, commands: NodeCommands, metrics: MetricsSource) -> Router {
    router(board, commands, metrics, notify: .open, admin: .open)
}

private func router(
    _ board: NodeBoard, _ commands: NodeCommands, _ metrics: MetricsSource, notify: Gate, admin: Gate
) -> Router {
    var router = Router()
    HealthRoutes.add(to: &router, board, commands)
    HashRoutes.add(to: &router, board)
    MirrorRoutes.add(to: &router, board, commands)
    SupportRoutes.add(to: &router, board)
    MetricsRoute.add(to: &router, metrics)
    JolokiaRoutes.add(to: &router, board, commands, metrics)
    NotifyRoute.add(to: &router, board, commands, notify)
    AdminRoutes(board: board, commands: commands, gate: admin).add(to: &router)
    WebhookRoutes(commands: commands, gate: admin).add(to: &router)
    InspectionRoute(board: board, commands: commands, gate: admin).add(to: &router)
    FrontRoutes.add(to: &router, board, commands, metrics.history)
    return router
}
