import HelioNode
import HelioStore

extension OutgoingRequest {
    /// - Parameters:
    ///   - requestID: new for each attempt.
    ///   - time: of the wall clock: receivers compare it with theirs.
    init(
        to endpoint: Endpoint, _ content: DeliveryContent, keys: SigningKeys?, requestID: String, at time: WallTime, version: String
    ) {
        let timestamp = time.millisecondsSince1970 / 1000
        var headers = [
            (name: "Content-Type", value: "application/json; charset=utf-8"), (name: "User-Agent", value: "Heliostat/\(version)"),
            (name: "X-Event-Key", value: content.key), (name: "X-Request-Id", value: requestID),
            (name: "webhook-id", value: content.webhookID), (name: "webhook-timestamp", value: String(timestamp)),
        ]
        if let keys {
            headers.append((name: "X-Hub-Signature", value: keys.hubSignature(of: content.body)))
            let standard = keys.standardSignature(id: content.webhookID, timestamp: timestamp, body: content.body)
            headers.append((name: "webhook-signature", value: standard))
        }
        self.init(url: endpoint.url, headers: headers, body: content.body)
    }
}
