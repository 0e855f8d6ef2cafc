public import HelioNode

/// What requests can ask of the node. A closure that does not wait is called on the loop and returns at once: it puts an event into the
/// node's queue, and the answer says only that it was taken.
public struct NodeCommands: Sendable {
    public var now: @Sendable () -> Moment
    /// The second argument takes a listing once that the purge guard refuses.
    public var sync: @Sendable (RunScope, Bool) -> RunID
    public var vet: @Sendable () -> RunID
    /// Drains at once, then waits for the store where it has to be told. False when it does not take it for now.
    public var drain: @Sendable (_ reason: String, _ isKept: Bool) async -> Bool
    public var undrain: @Sendable () async -> Bool
    public var notify: @Sendable (RepositoryName) -> Void
    /// False when there is no such level.
    public var setLogLevel: @Sendable (String) -> Bool
    public var webhooks: WebhookCommands
    /// nil while the storage is not open.
    public var inspection: @Sendable () async -> InspectionCommands?

    public init(
        now: @escaping @Sendable () -> Moment, sync: @escaping @Sendable (RunScope, Bool) -> RunID,
        vet: @escaping @Sendable () -> RunID, drain: @escaping @Sendable (_ reason: String, _ isKept: Bool) async -> Bool,
        undrain: @escaping @Sendable () async -> Bool, notify: @escaping @Sendable (RepositoryName) -> Void,
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
