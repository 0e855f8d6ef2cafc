import HelioHTTP
import HelioMetrics
import HelioNode

/// The timers as MBeans, for those who monitor with JMX today.
enum JolokiaRoutes {
    static func add(to router: inout Router, _ board: NodeBoard, _ commands: NodeCommands, _ metrics: MetricsSource) {
        let agent = JolokiaAgent(
            MBeanServer([{ metrics.registry.timerBeans }, metrics.beans]), board, tick: metrics.now,
            seconds: { commands.now().wall.millisecondsSince1970 / 1000 })
        let line = RenderingLine("Jolokia")
        router.add(.get, "/jolokia") { _, responder in line.answer(responder) { await agent.answer(path: "") } }
        router.add(.get, "/jolokia/{...}") { request, responder in
            let path = request.parameter(0)
            line.answer(responder) { await agent.answer(path: path) }
        }
        // Where a body says what is asked, the rest of the path says nothing: some clients post to `/jolokia/read`.
        for pattern in ["/jolokia", "/jolokia/{...}"] {
            router.add(.post, pattern, bodyLimit: JolokiaAgent.bodyLimit) { request, responder in
                let body = request.body
                line.answer(responder) { await agent.answer(body: body) }
            }
        }
    }
}
