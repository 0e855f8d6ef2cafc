import HelioJSON

/// Which protocol is spoken, and by whom.
struct VersionOperation: JolokiaOperation {
    /// Of Jolokia 1.3 to 1.7.
    static let `protocol` = "7.2"

    let identity: NodeIdentity

    func describe(in json: inout JSONWriter) { json.field("type", "version") }

    func evaluate(_ readings: MBeanReadings) -> JolokiaValue {
        .object([
            ("agent", .text(identity.version)), ("protocol", .text(Self.protocol)),
            ("config", .object([("agentId", .text(identity.id))])),
            ("info", .object([("product", .text("heliostat")), ("version", .text(identity.version))])),
        ])
    }
}
