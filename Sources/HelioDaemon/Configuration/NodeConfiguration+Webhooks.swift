public import HelioClient
public import HelioWebhooks

extension NodeConfiguration {
    public struct Webhooks: Sendable, Equatable {
        /// Who is told; each name once.
        public var endpoints: [Endpoint] = []
        /// Networks that are private, local or reserved and may be told nevertheless.
        public var allow: [Network] = []
        /// Certificates of the authorities to trust, PEM, instead of those of the system.
        public var caFile: String?
        /// Changed refs; more than that are not listed in an event.
        public var refLimit = 1000
        /// Whether what a node without any record finds first is announced.
        public var announceInitial = false
        /// How long an announcement waits for nodes that take traffic and do not have what it announces.
        public var barrier: Duration = .seconds(30)
        /// Without Redis, how long the next node in order waits for the one before it.
        public var hold: Duration = .minutes(10)
        /// How long deliveries that are over, and events for endpoints that are not configured any more, stay in the outbox.
        public var keep: Duration = .days(30)
    }
}
