import HelioLock
import HelioNode
import HelioStore
import HelioWebhooks
import Logging

/// Counts and logs what the dispatcher tells.
final class DeliveryRecord: Sendable {
    private let log: NodeLog
    private let metrics: WebhookMetrics
    private let operations: OperationLedger
    private let underWay = Locked<[UInt64: Operation]>([:])
    private let listener = Locked<Listener?>(nil)

    /// A closure that is kept as a value of a generic type is wrapped anew by each access that may change it: the wrappers would pile up with
    /// every delivery, until a call through all of them took more than a thread's stack. A struct's closure is kept as it is.
    private struct Listener {
        let tell: @Sendable (DeliveryID, _ endpoint: String) -> Void
    }

    init(log: NodeLog, metrics: WebhookMetrics, operations: OperationLedger) {
        self.log = log
        self.metrics = metrics
        self.operations = operations
    }

    /// - Parameter tell: told of each delivery that is over, for good or ill, from now on.
    func whenSettled(_ tell: @escaping @Sendable (DeliveryID, _ endpoint: String) -> Void) {
        listener.withLock { $0 = Listener(tell: tell) }
    }

    func take(_ observation: Observation) {
        switch observation {
        case .began(_, let name):
            metrics.began()
            let operation = operations.begin(.webhook)
            underWay.withLock { $0[name.attempt] = operation }
        case .ended(let endpoint, let name, let ending, let status, let error):
            metrics.ended(ending, isAnswered: status != nil)
            let operation = underWay.withLock { $0.removeValue(forKey: name.attempt) }
            operation?.end(failed: ending != .delivered, because: error, at: SystemClock.monotonic())
            tell(endpoint, name, ending, status, error)
            if ending != .failed { listener.withLock { $0 }?.tell(DeliveryID(name.id), endpoint) }
        case .gaveUp(let endpoint, let name, let error):
            metrics.gaveUp()
            tell(endpoint, name, .dead, nil, error)
            listener.withLock { $0 }?.tell(DeliveryID(name.id), endpoint)
        case .breakerOpened(let endpoint, let error):
            metrics.breakerOpened(at: SystemClock.wall())
            log.warning("webhook endpoint unreachable, its events wait", ["endpoint": .text(endpoint), "error": .text(error ?? "")])
        case .breakerClosed(let endpoint): log.info("webhook endpoint reachable again", ["endpoint": .text(endpoint)])
        case .endpointClosed(let endpoint):
            log.error(
                "webhook endpoint answered 410 and is switched off until it is enabled or its url changes", ["endpoint": .text(endpoint)])
        case .storeRefused(let error): log.error("results of deliveries cannot be stored and wait", ["error": .text(error)])
        }
    }

    private func tell(_ endpoint: String, _ name: DeliveryName, _ ending: Observation.Ending, _ status: Int?, _ error: String?) {
        var fields: [(String, LogValue)] = [("endpoint", .text(endpoint)), ("delivery", .count(Int(name.id)))]
        if let repository = name.repository { fields.append(("repositoryId", .count(Int(repository.value)))) }
        if let status { fields.append(("status", .count(status))) }
        if let error { fields.append(("error", .text(error))) }
        switch ending {
        case .delivered: log.write(.info, "webhook delivered", fields)
        case .failed: log.write(.warning, "webhook failed", fields)
        case .dead: log.write(.error, "webhook given up", fields)
        }
    }
}
