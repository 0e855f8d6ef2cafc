import HelioAPI
import HelioLock
import HelioLoop
import HelioMetrics
import HelioNode

extension NodeProcess {
    /// SIGHUP: what can change while the node runs, changes; a bad file changes nothing.
    func reload() async {
        supervisor.reloading()
        defer { supervisor.reloaded() }
        let next: LoadedConfiguration
        do {
            next = try NodeConfiguration.load(path: configurationPath)
            let (freshTokens, freshTLS) = (try TokenFiles.read(next.configuration.http), try TLSFiles.read(next.configuration.http.tls).get())
            tokens.replace(freshTokens)
            if freshTLS == nil, tls.current() != nil { log.warning("TLS is off now: whoever connects from here on speaks in the clear") }
            tls.replace(freshTLS)
        } catch {
            metrics.state.reloadSucceeded.set(0)
            return log.error("reload refused, the running configuration stays", ["error": "\(error)"])
        }
        for warning in next.warnings { log.warning("configuration", ["warning": .text(warning)]) }
        let reload = ConfigurationReload(from: configuration.withLock { $0 }, to: next.configuration)
        configuration.withLock { $0 = reload.applied }
        output.level = .init(reload.applied.log.level)
        metrics.registry.configure(TimerOptions(reload.applied.metrics))
        await driver.feed(.reconfigured(reload.applied.settings))
        await driver.farm?.reconfigure(reload.applied.farmSettings)
        board.identify { $0.cloneURLs = reload.applied.node.cloneURLs }
        if reload.changed.contains(where: { $0.hasPrefix("upstream.") }) { owesUpstream.withLock { $0 = true } }
        // The poster first: endpoints that come back send at once.
        let areReplaced = [renewPoster(), await replaceUpstream(), await replaceEndpoints(reload.applied)]
        for key in reload.needsRestart { log.warning("needs a restart to take effect", ["key": .text(key)]) }
        metrics.state.reloadSucceeded.set(areReplaced.allSatisfy(\.self) ? 1 : 0)
        log.info("configuration reloaded", ["changed": .text(reload.changed.joined(separator: " "))])
    }

    /// What is queued stays queued, whoever is configured now.
    private func replaceEndpoints(_ configuration: NodeConfiguration) async -> Bool {
        do {
            try await driver.hands?.webhooks.configure(configuration)
            return true
        } catch {
            log.error("webhook endpoints stay as they were, until the next reload", ["error": "\(error)"])
            return false
        }
    }

    /// The certificates of receivers' authorities may have changed, under the same name too.
    private func renewPoster() -> Bool {
        do throws(LoopError) {
            try poster.renew()
            return true
        } catch {
            log.error("receivers of webhooks are judged by the authorities of before", ["error": "\(error)"])
            return false
        }
    }

    /// What a reload owes; what fails, or comes before the storage is open, is owed on.
    /// - Returns: false when it failed.
    func replaceUpstream() async -> Bool {
        guard owesUpstream.withLock({ $0 }) else { return true }
        do throws(Failure) {
            guard let fingerprint = try await driver.replaceUpstream(configuration.withLock { $0 }) else { return true }
            owesUpstream.withLock { $0 = false }
            board.identify { $0.upstream.fingerprint = fingerprint }
            await driver.farm?.replacedUpstream(fingerprint: fingerprint)
            return true
        } catch {
            log.error("upstream stays as it was, until the next reload", ["error": "\(error)"])
            return false
        }
    }
}
