import HelioNode

/// A member's record as the fields of a hash.
enum RecordCodec {
    /// In the order in which the script reads them.
    static let fields = [
        "id", "name", "host", "port", "version", "epoch", "upstream", "state", "draining", "strict", "status", "ready", "wants_to_withdraw",
        "lag_ms", "catalogue", "most_synchronized", "can_store",
    ]

    static func encode(_ record: MemberRecord) -> [String] {
        let standing = record.standing
        return [
            record.id.text, record.name, record.host, String(record.port), record.version, String(record.epoch), record.upstream,
            standing.state.rawValue, flag(standing.isDraining), flag(standing.isStrict), String(standing.status), flag(standing.isReady),
            flag(standing.wantsToWithdraw), String(standing.lag.wholeNanoseconds / 1_000_000), String(standing.catalogue, radix: 16),
            String(record.mostSynchronized), flag(standing.canStore),
        ]
    }

    private static func flag(_ value: Bool) -> String { value ? "1" : "0" }

    /// - Returns: nil for a record that no node writes.
    static func decode(_ values: [[UInt8]]) -> MemberRecord? {
        guard values.count == fields.count, values.allSatisfy({ $0.count <= MemberRecord.fieldLimit }) else { return nil }
        let texts = values.compactMap { String(validating: $0, as: UTF8.self) }
        guard texts.count == fields.count, texts[1...2].allSatisfy(MemberRecord.isPlain), MemberRecord.isPlain(texts[4]) else { return nil }
        guard let id = MemberID(texts[0]), let port = UInt16(texts[3]), let epoch = Int64(texts[5]), let standing = standing(texts),
            let most = Int(texts[15]), most >= 0
        else { return nil }
        return MemberRecord(
            id: id, name: texts[1], host: texts[2], port: port, version: texts[4], epoch: epoch, upstream: texts[6], standing: standing,
            mostSynchronized: most)
    }

    private static func standing(_ texts: [String]) -> Standing? {
        guard let state = NodeState(rawValue: texts[7]), let draining = flag(texts[8]), let strict = flag(texts[9]),
            let status = Int(texts[10]), [200, 404, 503].contains(status), let ready = flag(texts[11]), let wants = flag(texts[12]),
            let lag = Int64(texts[13]), lag >= 0, let catalogue = UInt64(texts[14], radix: 16), let canStore = flag(texts[16])
        else { return nil }
        var standing = Standing()
        standing.state = state
        standing.isDraining = draining
        standing.isStrict = strict
        standing.status = status
        standing.isReady = ready
        standing.wantsToWithdraw = wants
        standing.lag = .milliseconds(lag)
        standing.catalogue = catalogue
        standing.canStore = canStore
        return standing
    }

    private static func flag(_ text: String) -> Bool? {
        switch text {
        case "0": false
        case "1": true
        default: nil
        }
    }
}
