import HelioClient
import HelioLock
import HelioLoop
import HelioNode
import HelioWebhooks

/// Takes the dispatcher's requests to the network.
struct Poster: Sendable {
    private let loop: EventLoop
    private let client: Locked<HTTPClient>
    /// As configured now.
    private let configuration: @Sendable () -> NodeConfiguration.Webhooks

    init(loop: EventLoop, _ configuration: @escaping @Sendable () -> NodeConfiguration.Webhooks) throws(LoopError) {
        self.loop = loop
        client = Locked(try HTTPClient(loop: loop))
        self.configuration = configuration
    }

    /// Has the authorities' certificates read anew, which a client keeps for a while whatever becomes of their file, and no connection used
    /// again that was opened under the old ones. What is under way goes on: whoever waits for it holds the client of before.
    func renew() throws(LoopError) {
        let fresh = try HTTPClient(loop: loop)
        client.withLock { $0 = fresh }
    }

    func post(_ request: OutgoingRequest) async -> Reply {
        let configuration = configuration()
        let outbound = OutboundRequest(
            url: request.url, headers: request.headers, body: request.body, addresses: AddressPolicy(allow: configuration.allow),
            caFile: configuration.caFile)
        let client = client.withLock { $0 }
        switch await client.post(outbound) {
        case .success(let answer): return .answered(status: answer.status, retryAfter: answer.retryAfter)
        case .failure(let failure): return .failed("\(failure)")
        }
    }
}

extension Surroundings {
    init(post: @escaping @Sendable (OutgoingRequest) async -> Reply, observe: @escaping @Sendable (Observation) -> Void) {
        let secrets = SecretReader()
        self.init(
            now: SystemClock.now,
            wait: { try? await Task.sleep(for: $0) },  // cancelled: returns early, as it says
            keys: { endpoint throws(SecretsUnusable) in
                guard let path = endpoint.secretFile else { return nil }
                do {
                    return try SigningKeys(await secrets.read(path))
                } catch {
                    throw SecretsUnusable("secret file \(path) \((error as? FileError)?.message ?? "\(error)")")
                }
            }, post: post, observe: observe)
    }
}
