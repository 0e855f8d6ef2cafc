import HelioHTTP
import HelioMetrics
import HelioNode

/// The timers as MBeans, for those who monitor with JMX today.
enum JolokiaRoutes {
    static func add(to router: inout Router, _ board: NodeBoard, _ commands: NodeCommands, _ metrics: MetricsSource) {
        let agent = JolokiaAgent(
            MBeanServer([{ metrics.registry.timerBeans }, metrics.beans]), board, tick: metrics.now,
            seconds: { commands.now().wall.millisecondsSince1970 / 1000 })
        router.add(.get, "/jolokia") { _, responder in answer(responder) { await agent.answer(path: "") } }
        router.add(.get, "/jolokia/{...}") { request, responder in
            let path = request.parameter(0)
            answer(responder) { await agent.answer(path: path) }
        }
        // Where a body says what is asked, the rest of the path says nothing: some clients post to `/jolokia/read`.
        for pattern in ["/jolokia", "/jolokia/{...}"] {
            router.add(.post, pattern, bodyLimit: JolokiaAgent.bodyLimit) { request, responder in
                let body = request.body
                answer(responder) { await agent.answer(body: body) }
            }
        }
    }

    private static func answer(_ responder: consuming Responder, _ make: @escaping @Sendable () async -> Response) {
        let pending = responder.detach()
        Task.detached { pending.send(await make()) }
    }
}
