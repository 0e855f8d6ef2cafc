import HelioNode

/// The id of an entry in a stream: milliseconds and a number.
struct EntryID: Comparable {
    let milliseconds: UInt64
    let number: UInt64

    static let zero = EntryID(milliseconds: 0, number: 0)

    private init(milliseconds: UInt64, number: UInt64) {
        self.milliseconds = milliseconds
        self.number = number
    }

    init?(_ bytes: [UInt8]) {
        let parts = String(decoding: bytes.prefix(64), as: UTF8.self).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = UInt64(parts[0]), let number = UInt64(parts[1]) else { return nil }
        self.init(milliseconds: milliseconds, number: number)
    }

    var text: String { "\(milliseconds)-\(number)" }

    static func < (left: EntryID, right: EntryID) -> Bool {
        (left.milliseconds, left.number) < (right.milliseconds, right.number)
    }
}

enum RegisterReply {
    static func read(_ reply: RESPValue, beganAt: MonotonicTime) throws(CoordinatorError) -> FarmReading {
        guard let parts = reply.array, let word = text(parts.first) else { throw .unavailable("Redis answered a registration with something else") }
        switch (word, parts.count) {
        case ("NAME", 3...):
            guard let id = text(parts[1]).flatMap({ MemberID($0) }) else { break }
            throw .refused(.nameTaken(by: id, address: plain(parts[2])))
        case ("UPSTREAM", 2...): throw .refused(.otherUpstream(of: plain(parts[1])))
        case ("REPLACED", 2...):
            guard let epoch = text(parts[1]).flatMap({ Int64($0) }) else { break }
            throw .refused(.replaced(epoch: epoch))
        case ("OK", 4...):
            guard let epoch = text(parts[1]).flatMap({ Int64($0) }), let known = parts[2].integer, let ignored = parts[3].integer else { break }
            let records = parts[4...].map { record in record.array.flatMap { RecordCodec.decode($0.map { $0.bytes ?? [] }) } }
            return FarmReading(
                beganAt: beganAt, members: records.compactMap { $0 }, wasRegistered: known == 1, epoch: epoch,
                ignored: Replied.count(ignored) + records.count { $0 == nil })
        default: break
        }
        throw .unavailable("Redis answered a registration with something else")
    }

    private static func text(_ value: RESPValue?) -> String? { value?.bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// For a log: somebody else wrote it.
    private static func plain(_ value: RESPValue) -> String { LogText.escaped(value.bytes ?? []) }
}

private enum Replied {
    /// What a script of ours counted, if it was one.
    static func count(_ number: Int64) -> Int { Int(min(max(number, 0), 1_000_000)) }
}

enum MailReply {
    /// Names and values of one letter's fields; no node writes as many.
    static let wordLimit = 32

    /// Ids are of Redis's clock: a Redis that lost what it had, or has older data, goes on above what was read before. Only one whose
    /// clock was set back is followed down; what it still holds of before is history.
    static func read(_ reply: RESPValue, after start: EntryID?, page: Int) throws(CoordinatorError) -> FarmMail {
        guard let parts = reply.array, parts.count >= 2, let newest = parts[0].bytes, let found = parts[1].integer else {
            throw .unavailable("Redis answered a reading of letters with something else")
        }
        let top = EntryID(newest)
        guard let start, let top, start < top else { return FarmMail(letters: [], cursor: (top ?? start ?? .zero).text) }
        var letters: [FarmLetter] = []
        var last = start
        for entry in parts[2...] {
            guard let entry = entry.array, entry.count == 2, let id = entry[0].bytes.flatMap({ EntryID($0) }) else { continue }
            last = max(last, id)
            if let letter = letter(entry[1].array ?? []) { letters.append(letter) }
        }
        return FarmMail(letters: letters, cursor: last.text, isPartial: found == page, ignored: max(0, Replied.count(found) - letters.count))
    }

    private static func letter(_ words: [RESPValue]) -> FarmLetter? {
        guard words.count <= wordLimit else { return nil }
        var fields: [String: [UInt8]] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            guard let name = words[index].bytes, let value = words[index + 1].bytes, value.count <= 4096 else { return nil }
            fields[String(decoding: name, as: UTF8.self)] = value
        }
        return LetterCodec.decode(fields)
    }
}

enum AnnouncementReply {
    static func read(_ reply: RESPValue) -> ProposalReply? {
        guard let parts = reply.array, let word = parts.first?.bytes.map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        switch (word, parts.count) {
        case ("OK", 2...):
            return member(parts[1]).map { .accepted(sender: $0) }
        case ("TAKEN", 4...):
            guard let number = parts[1].bytes.flatMap({ Int64(String(decoding: $0, as: UTF8.self)) }), (1...FarmNumbers.limit).contains(number)
            else { return nil }
            return .taken(number: number, content: parts[2].bytes.flatMap { MirrorHash(hex: $0) } ?? .unknown, sender: member(parts[3]))
        default: return nil
        }
    }

    private static func member(_ value: RESPValue) -> MemberID? { value.bytes.flatMap { MemberID(String(decoding: $0, as: UTF8.self)) } }

    static func announcement(_ reply: RESPValue, _ repository: RepositoryID, number: Int64) -> FarmAnnouncement? {
        guard let parts = reply.array, parts.count == 5, let content = parts[0].bytes.flatMap({ MirrorHash(hex: $0) }),
            let sender = member(parts[1]),
            let webhookID = parts[2].bytes.flatMap({ String(validating: $0, as: UTF8.self) }), webhookID.utf8.count == 36,
            let body = parts[3].bytes, !body.isEmpty
        else { return nil }
        let changes = parts[4].bytes.flatMap { $0.isEmpty ? nil : $0 }
        return FarmAnnouncement(
            repository: repository, number: number, content: content, sender: sender, webhookID: webhookID, body: body, changes: changes)
    }
}
