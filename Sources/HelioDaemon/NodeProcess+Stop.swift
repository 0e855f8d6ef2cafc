import HelioHTTP
import HelioLock
import HelioNode
import HelioWebhooks

extension NodeProcess {
    /// STOPPING at once, so that `/status` says 503; serving goes on for `shutdown.notice`, so that balancers see it; then no new
    /// connections, and what runs may take `shutdown.drain` to end. Cancelling skips the waiting.
    func stop() async {
        let limits = configuration.withLock(\.shutdown)
        await driver.feed(.terminate)
        try? await Task.sleep(for: limits.notice)  // cancelled: asked to stop twice
        await socketServer.stopAccepting()
        let drain = Task.isCancelled ? .zero : limits.drain
        let hurry = Task { [driver] in await driver.drainJobs(within: drain) }
        await withTaskCancellationHandler {
            // Stops accepting too, in one turn of the loop: whoever finds the port closed gets "Connection: close" on what is open.
            async let connections: Void = publicServer.drain(within: drain)
            async let scrapes: Void = adminServer.drain(within: drain)
            await hurry.value
            await connections
            await scrapes
        } onCancel: {
            hurry.cancel()
            Task { [publicServer, adminServer] in
                async let connections: Void = publicServer.drain(within: .zero)
                await adminServer.drain(within: .zero)
                await connections
            }
        }
        await agent.stop()
        await socketServer.drain(within: .zero)
        await driver.hands?.inspector.settle(within: Self.inspectionLimit)
        await BoundedWait.atStop(for: "deliveries to end", log) { [driver] in await driver.hands?.webhooks.dispatcher.stop() }
        await driver.farm?.stop()
        await driver.halt()
        log.info("stopped")
    }

    /// For git to end that looked at a copy: TERM, five seconds, KILL.
    private static let inspectionLimit = Duration.seconds(8)
}
