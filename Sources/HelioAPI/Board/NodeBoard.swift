import HelioLock
public import HelioNode
import HelioHTTP

/// What readers see of the node. The daemon publishes a snapshot after every change, and handlers read the last one: a request
/// waits for nobody. Any thread may do either.
public final class NodeBoard: Sendable {
    /// One consistent state of everything that is answered from. Never changed, only replaced, so that reading is taking a
    /// reference.
    final class Page: Sendable {
        let identity: NodeIdentity
        let snapshot: NodeSnapshot
        let status: PreparedResponse
        let farm: FarmPicture
        /// nil before they were first counted.
        let webhooks: WebhookPicture?

        init(
            identity: NodeIdentity, snapshot: NodeSnapshot, status: PreparedResponse, farm: FarmPicture, webhooks: WebhookPicture? = nil
        ) {
            self.identity = identity
            self.snapshot = snapshot
            self.status = status
            self.farm = farm
            self.webhooks = webhooks
        }
    }

    private let cell: Locked<Page>
    let hashTexts = HashTexts()

    /// - Parameter coordinator: what the farm is seen by, `standalone` for a node by itself.
    public init(identity: NodeIdentity, snapshot: NodeSnapshot, coordinator: String = "standalone") {
        cell = Locked(
            Page(
                identity: identity, snapshot: snapshot, status: StatusAnswer.prepare(snapshot.verdict),
                farm: FarmPicture(coordinator: coordinator)))
    }

    public var snapshot: NodeSnapshot { page.snapshot }

    public var identity: NodeIdentity { page.identity }

    public var farm: FarmPicture { page.farm }

    public func publish(_ snapshot: NodeSnapshot) {
        replace { old in
            // A snapshot comes with every change; the verdict changes a few times in a node's life.
            let status = old.snapshot.verdict == snapshot.verdict ? old.status : StatusAnswer.prepare(snapshot.verdict)
            return Page(identity: old.identity, snapshot: snapshot, status: status, farm: old.farm, webhooks: old.webhooks)
        }
    }

    public func publish(_ farm: FarmPicture) {
        replace { old in
            Page(identity: old.identity, snapshot: old.snapshot, status: old.status, farm: farm, webhooks: old.webhooks)
        }
    }

    public func publish(_ webhooks: WebhookPicture) {
        replace { old in
            Page(identity: old.identity, snapshot: old.snapshot, status: old.status, farm: old.farm, webhooks: webhooks)
        }
    }

    /// For what is known only after binding, and for what SIGHUP changes.
    public func identify(_ change: (inout NodeIdentity) -> Void) {
        replace { old in
            var identity = old.identity
            change(&identity)
            return Page(identity: identity, snapshot: old.snapshot, status: old.status, farm: old.farm, webhooks: old.webhooks)
        }
    }

    /// As long as the node lives: gives memory back that no reader has needed for a while.
    public func tidy() async {
        // Cancelled: the node stops.
        while (try? await Task.sleep(for: HashTexts.keptFor / 4)) != nil { hashTexts.releaseUnused() }
    }

    var page: Page { cell.withLock { $0 } }

    private func replace(_ make: (Page) -> Page) {
        // Handed out of the lock, so that a reader does not wait while the last reference to an old catalogue is taken apart.
        _ = cell.withLock { page in
            let old = page
            page = make(old)
            return old
        }
    }
}
