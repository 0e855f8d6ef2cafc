import HelioClient
import HelioLoop
import HelioNode
import HelioWebhooks

/// Takes the dispatcher's requests to the network.
struct Poster: Sendable {
    private let client: HTTPClient
    /// As configured now.
    private let configuration: @Sendable () -> NodeConfiguration.Webhooks

    init(loop: EventLoop, _ configuration: @escaping @Sendable () -> NodeConfiguration.Webhooks) throws(LoopError) {
        client = try HTTPClient(loop: loop)
        self.configuration = configuration
    }

    func post(_ request: OutgoingRequest) async -> Reply {
        let configuration = configuration()
        let outbound = OutboundRequest(
            url: request.url, headers: request.headers, body: request.body, addresses: AddressPolicy(allow: configuration.allow),
            caFile: configuration.caFile)
        switch await client.post(outbound) {
        case .success(let answer): return .answered(status: answer.status, retryAfter: answer.retryAfter)
        case .failure(let failure): return .failed("\(failure)")
        }
    }
}

extension Surroundings {
    init(post: @escaping @Sendable (OutgoingRequest) async -> Reply, observe: @escaping @Sendable (Observation) -> Void) {
        self.init(
            now: SystemClock.now,
            wait: { try? await Task.sleep(for: $0) },  // cancelled: returns early, as it says
            keys: { endpoint throws(SecretsUnusable) in
                guard let path = endpoint.secretFile else { return nil }
                do {
                    return try SigningKeys(SecretFile.readAll(path))
                } catch {
                    throw SecretsUnusable("secret file \(path) \((error as? FileError)?.message ?? "\(error)")")
                }
            }, post: post, observe: observe)
    }
}
