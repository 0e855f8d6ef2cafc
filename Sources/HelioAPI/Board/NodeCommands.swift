public import HelioNode

/// What requests can ask of the node. Each closure is called on the loop and returns at once: it puts an event into the node's
/// queue, and the answer says only that it was taken.
public struct NodeCommands: Sendable {
    public var now: @Sendable () -> Moment
    /// The second argument takes a listing once that the purge guard refuses.
    public var sync: @Sendable (RunScope, Bool) -> RunID
    public var vet: @Sendable () -> RunID
    public var drain: @Sendable (_ reason: String, _ isKept: Bool) -> Void
    public var undrain: @Sendable () -> Void
    public var notify: @Sendable (RepositoryName) -> Void
    /// False when there is no such level.
    public var setLogLevel: @Sendable (String) -> Bool
    public var webhooks: WebhookCommands
    /// nil while the storage is not open. Unlike the others this waits.
    public var inspection: @Sendable () async -> InspectionCommands?

    public init(
        now: @escaping @Sendable () -> Moment, sync: @escaping @Sendable (RunScope, Bool) -> RunID,
        vet: @escaping @Sendable () -> RunID, drain: @escaping @Sendable (_ reason: String, _ isKept: Bool) -> Void,
        undrain: @escaping @Sendable () -> Void, notify: @escaping @Sendable (RepositoryName) -> Void,
        setLogLevel: @escaping @Sendable (String) -> Bool, webhooks: WebhookCommands = .unavailable,
        inspection: @escaping @Sendable () async -> InspectionCommands? = { nil }
    ) {
        self.now = now
        self.sync = sync
        self.vet = vet
        self.drain = drain
        self.undrain = undrain
        self.notify = notify
        self.setLogLevel = setLogLevel
        self.webhooks = webhooks
        self.inspection = inspection
    }
}
