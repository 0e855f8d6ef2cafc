import HelioAPI
import HelioHTTP
import HelioLoop
import HelioNode

/// How requests reach the node: each puts an event into the driver's queue, and most are answered at once.
extension NodeCommands {
    init(driver: NodeDriver, output: LogOutput) {
        // In the order in which they were asked.
        let (events, add) = AsyncStream.makeStream(of: NodeEvent.self)
        Task { for await event in events { await driver.feed(event) } }
        @Sendable func feed(_ event: NodeEvent) { add.yield(event) }
        @Sendable func freshID() -> RunID {
            var random = SystemRandomNumberGenerator()
            return RunID(using: &random)
        }
        self.init(
            now: SystemClock.now,
            sync: { scope, acceptDeletions in
                let id = freshID()
                feed(.syncRequested(id, scope, acceptDeletions: acceptDeletions))
                return id
            },
            vet: {
                let id = freshID()
                feed(.vetRequested(id))
                return id
            },
            drain: { await driver.drain($0, isKept: $1) }, undrain: { await driver.undrain() },
            notify: { name in Task { await driver.notified(name) } },
            setLogLevel: { output.setLevel(named: $0) }, webhooks: WebhookCommands(driver),
            inspection: { await InspectionCommands(driver) })
    }
}

extension NodeIdentity {
    /// What is known before the storage is open and the listener bound.
    init(_ configuration: NodeConfiguration) {
        var random = SystemRandomNumberGenerator()
        self.init(
            name: configuration.node.name, version: Version.number, id: "", boot: RunID(using: &random).description,
            address: Address(host: configuration.http.listen.host, port: configuration.http.listen.port),
            upstream: Upstream(url: configuration.upstream.path.map { "file://\($0)" } ?? "", fingerprint: ""),
            cloneURLs: configuration.node.cloneURLs)
    }
}

extension NodeIdentity.Address {
    init?(_ address: ListenAddress) {
        guard case .tcp(let host, let port) = address else { return nil }
        self.init(host: host, port: port)
    }
}
