import HelioAPI
import HelioNode
import HelioStore
import HelioWebhooks

/// How operators' questions reach the outbox and the dispatcher.
extension WebhookCommands {
    init(_ driver: NodeDriver) {
        self.init(
            endpoints: {
                await Self.ask(driver) { hands in await hands.webhooks.dispatcher.statuses.map(WebhookEndpoint.init) }
            },
            deliveries: { filter in
                await Self.ask(driver) { hands throws(StoreError) in
                    let state = filter.state.flatMap { DeliveryState(rawValue: $0) }
                    let list = try await hands.adapters.store.deliveries(
                        state, before: filter.before.map { DeliveryID($0) }, limit: filter.limit)
                    let names = await driver.names(of: list.compactMap(\.repository))
                    return list.map { WebhookDelivery($0, repository: $0.repository.map { names[$0]?.description ?? "\($0.value)" }) }
                }
            },
            redeliver: { id in
                await Self.ask(driver) { hands throws(StoreError) in try await hands.webhooks.redeliver(DeliveryID(id)) }
            },
            test: { name in
                await Self.ask(driver) { hands in
                    let start = SystemClock.monotonic()
                    return await hands.webhooks.dispatcher.ping(name).map { WebhookProbe($0, in: SystemClock.monotonic() - start) }
                }
            },
            enable: { name in
                await Self.ask(driver) { hands throws(StoreError) in try await hands.webhooks.dispatcher.enable(name) }
            })
    }

    private static func ask<Value>(
        _ driver: NodeDriver, _ question: (Hands) async throws(StoreError) -> Value
    ) async -> Result<Value, WebhookTrouble> {
        guard let hands = await driver.hands else { return .failure(.notYet) }
        do throws(StoreError) {
            return .success(try await question(hands))
        } catch {
            return .failure(WebhookTrouble("\(error)"))
        }
    }
}

extension NodeDriver {
    /// Of those that the node still mirrors.
    func names(of repositories: [RepositoryID]) -> [RepositoryID: RepositoryName] {
        repositories.reduce(into: [:]) { $0[$1] = repository($1)?.name }
    }
}

extension WebhookEndpoint {
    fileprivate init(_ status: EndpointStatus) {
        let endpoint = status.endpoint
        self.init(
            name: endpoint.name, url: endpoint.url, events: endpoint.events.map(\.rawValue).sorted(), projects: endpoint.projects.sorted(),
            isSigned: endpoint.secretFile != nil, state: status.state.rawValue, underWay: status.underWay, lastError: status.lastError)
    }
}

extension WebhookDelivery {
    fileprivate init(_ stored: StoredDelivery, repository: String?) {
        self.init(
            id: stored.id.value, webhookID: stored.webhookID, event: stored.key, repository: repository, endpoint: stored.endpoint,
            state: stored.state.rawValue, attempts: stored.attempts, createdAt: stored.createdAt, attemptedAt: stored.attemptedAt,
            status: stored.status, error: stored.error)
    }
}

extension WebhookProbe {
    fileprivate init(_ reply: Reply, in duration: Duration) {
        switch reply {
        case .answered(let status, _): self.init(status: status, error: nil, duration: duration)
        case .failed(let why): self.init(status: nil, error: why, duration: duration)
        }
    }
}
