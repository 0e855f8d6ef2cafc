import HelioHTTP
import HelioJSON
import HelioNode

/// Webhooks, for operators.
struct WebhookRoutes: Sendable {
    static let pageLimit = 1000
    private static let states = ["pending", "dead", "delivered"]

    let commands: NodeCommands
    let gate: Gate

    func add(to router: inout Router) {
        router.addSlow(.get, "/admin/webhooks", behind: gate) { _ throws(Rejection) in
            let webhooks = commands.webhooks
            return { .of(await webhooks.endpoints()) { .page("webhooks", $0) } }
        }
        router.addSlow(.get, "/admin/deliveries", behind: gate) { request throws(Rejection) in try deliveries(request) }
        router.addSlow(.post, "/admin/deliveries/{}/redeliver", behind: gate) { request throws(Rejection) in
            guard let id = Int64(request.parameter(0)), id > 0 else { throw .notFound("There is no such delivery.") }
            return done(missing: "There is no such delivery that is over and whose webhook is configured.") { await $0.redeliver(id) }
        }
        router.addSlow(.post, "/admin/webhooks/{}/test", behind: gate) { request throws(Rejection) in test(request.parameter(0)) }
        router.addSlow(.post, "/admin/webhooks/{}/enable", behind: gate) { request throws(Rejection) in
            let name = request.parameter(0)
            return done(missing: "There is no such webhook.") { await $0.enable(name) }
        }
    }

    private func deliveries(_ request: borrowing Request) throws(Rejection) -> SlowAnswer {
        let state = try request.text("state")
        guard state.map(Self.states.contains) ?? true else { throw .badRequest("A state is pending, dead or delivered.") }
        let before = try request.integer("before", in: 1...Int.max)
        let limit = try request.integer("limit", in: 1...Self.pageLimit) ?? 100
        let filter = WebhookDelivery.Filter(state: state, before: before.map(Int64.init), limit: limit)
        return { [webhooks = commands.webhooks] in
            .of(await webhooks.deliveries(filter)) { .page("deliveries", $0) }
        }
    }

    private func test(_ name: String) -> SlowAnswer {
        { [webhooks = commands.webhooks] in
            .of(await webhooks.test(name)) { probe in
                guard let probe else { return .error(404, "There is no such webhook.") }
                return .json { $0.value(probe) }
            }
        }
    }

    private func done(
        missing: String, _ act: @escaping @Sendable (WebhookCommands) async -> Result<Bool, WebhookTrouble>
    ) -> SlowAnswer {
        { [webhooks = commands.webhooks] in
            .of(await act(webhooks)) { $0 ? .json(202) { $0.object { _ in } } : .error(404, missing) }
        }
    }
}

extension Response {
    fileprivate static func of<Value>(_ result: Result<Value, WebhookTrouble>, _ make: (Value) -> Response) -> Response {
        switch result {
        case .success(let value): make(value)
        case .failure(let trouble): .error(503, trouble.description)
        }
    }

    fileprivate static func page(_ name: StaticString, _ values: [some JSONValue]) -> Response {
        .json { json in
            json.object { json in
                json.array(name) { json in
                    for value in values { json.value(value) }
                }
            }
        }
    }
}
