import HelioNode

/// Messages as the fields of a stream's entry: readable for people who look at the stream with `redis-cli`.
enum LetterCodec {
    typealias Fields = [(String, [UInt8])]

    static func encode(_ message: FarmMessage, from sender: MemberID) -> Fields {
        [("from", Array(sender.text.utf8))] + fields(of: message)
    }

    private static func fields(of message: FarmMessage) -> Fields {
        switch message {
        case .changed(let id, let name, let repository, let content):
            [kind("changed"), op(id), ("name", name.path.bytes), number("repository", repository.value), text("content", content.description)]
        case .notified(let name): [kind("notified"), ("name", name.path.bytes)]
        case .listed(let id): [kind("listed"), op(id)]
        case .vet(let id, let fence): [kind("vet"), op(id), number("fence", fence)]
        case .answered(let id, .failure): [kind("answered"), op(id), text("outcome", "failure")]
        case .answered(let id, .equal(let content)): [kind("answered"), op(id), text("outcome", "equal"), text("content", content.description)]
        case .answered(let id, .success(let content)):
            [kind("answered"), op(id), text("outcome", "success")] + (content.map { [text("content", $0.description)] } ?? [])
        case .leased(let lease, let fence): [kind("leased"), text("lease", lease.rawValue), number("fence", fence)]
        case .announced(let repository, let count): [kind("announced"), number("repository", repository.value), number("number", count)]
        case .stored(let repository, let count): [kind("stored"), number("repository", repository.value), number("number", count)]
        case .delivered(let repository, let count, let endpoint):
            [kind("delivered"), number("repository", repository.value), number("number", count), text("endpoint", endpoint)]
        case .claimed(let claim): [kind("claimed"), number("repository", claim.repository.value), text("of", claim.sender.text)]
        }
    }

    private static func kind(_ name: String) -> (String, [UInt8]) { text("kind", name) }
    private static func op(_ id: FarmOperationID) -> (String, [UInt8]) { text("op", id.description) }
    private static func text(_ name: String, _ value: String) -> (String, [UInt8]) { (name, Array(value.utf8)) }
    private static func number(_ name: String, _ value: Int64) -> (String, [UInt8]) { text(name, String(value)) }

    /// - Returns: nil for what no node writes.
    static func decode(_ fields: [String: [UInt8]]) -> FarmLetter? {
        guard let sender = fields["from"].flatMap({ MemberID(String(decoding: $0, as: UTF8.self)) }) else { return nil }
        return message(Reader(fields: fields)).map { FarmLetter(sender: sender, message: $0) }
    }

    private static func message(_ read: Reader) -> FarmMessage? {
        switch read.text("kind") {
        case "changed":
            guard let id = read.op, let name = read.name, let repository = read.repository, let content = read.content else { return nil }
            return .changed(id, name, repository, content: content)
        case "notified": return read.name.map { .notified($0) }
        case "listed": return read.op.map { .listed($0) }
        case "vet":
            guard let id = read.op, let fence = read.count("fence") else { return nil }
            return .vet(id, fence: fence)
        case "answered": return read.op.flatMap { id in answer(read).map { .answered(id, $0) } }
        case "leased":
            guard let lease = read.text("lease").flatMap(LeaseName.init), let fence = read.count("fence") else { return nil }
            return .leased(lease, fence: fence)
        case "announced": return read.announcement.map { .announced($0, number: $1) }
        case "stored": return read.announcement.map { .stored($0, number: $1) }
        case "delivered":
            guard let (repository, number) = read.announcement, let endpoint = read.text("endpoint") else { return nil }
            return .delivered(repository, number: number, endpoint: endpoint)
        case "claimed":
            guard let repository = read.repository, let sender = read.text("of").flatMap({ MemberID($0) }) else { return nil }
            return .claimed(Claim(repository, of: sender))
        default: return nil
        }
    }

    private static func answer(_ read: Reader) -> FarmAnswer? {
        switch read.text("outcome") {
        case "success": .success(read.content)
        case "equal": read.content.map { .equal($0) }
        case "failure": .failure
        default: nil
        }
    }

    private struct Reader {
        let fields: [String: [UInt8]]

        func text(_ name: String) -> String? { fields[name].map { String(decoding: $0, as: UTF8.self) } }
        func number(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }
        /// One that can be counted on from.
        func count(_ name: String) -> Int64? { number(name).flatMap { (1...FarmNumbers.limit).contains($0) ? $0 : nil } }
        var op: FarmOperationID? { text("op").flatMap { FarmOperationID($0) } }
        var repository: RepositoryID? { number("repository").map { RepositoryID($0) } }
        var content: MirrorHash? { fields["content"].flatMap { MirrorHash(hex: $0) } }
        var announcement: (RepositoryID, Int64)? {
            guard let repository, let number = count("number") else { return nil }
            return (repository, number)
        }
        /// A name that could not be a path is nobody's.
        var name: RepositoryName? { fields["name"].flatMap { try? RepositoryName(ByteString($0)) } }
    }
}
