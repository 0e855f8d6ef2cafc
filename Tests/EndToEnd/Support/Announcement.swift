import Foundation
import TestSupport
import Testing

/// One request, as far as the order and completeness of announcements show in it.
struct Announcement {
    let id: String
    let body: String
    let repository: String
    let changes: [String: (from: String, to: String)]

    init(_ request: RawReceiver.Request) throws {
        id = request.header("webhook-id") ?? ""
        body = String(decoding: request.body, as: UTF8.self)
        let json = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any] ?? [:]
        let repository = json["repository"] as? [String: Any] ?? [:]
        let project = repository["project"] as? [String: Any] ?? [:]
        self.repository = "\(project["key"] as? String ?? "")/\(repository["slug"] as? String ?? "")"
        var changes: [String: (from: String, to: String)] = [:]
        for change in json["changes"] as? [[String: Any]] ?? [] {
            changes[change["refId"] as? String ?? ""] = (change["fromHash"] as? String ?? "", change["toHash"] as? String ?? "")
        }
        self.changes = changes
    }

    /// What the other side of a change has where the ref is not there.
    static let absent = String(repeating: "0", count: 40)
}

/// All that was told of one repository, as a receiver has it that keeps what it has seen: each once, in the order of the first.
struct Story {
    let told: [Announcement]

    /// - Parameter what: said when an id stands for two bodies, or something overtook what is tried again.
    init(of repository: String, in sent: [Announcement], _ what: String) {
        let own = sent.filter { $0.repository == repository }
        let bodies = Dictionary(grouping: own, by: \.id).mapValues { Set($0.map(\.body)) }
        #expect(bodies.values.allSatisfy { $0.count == 1 }, "an id stands for one event; \(what)")
        let overtaken = own.indices.filter { index in own[..<index].lastIndex { $0.id == own[index].id }.map { $0 < index - 1 } ?? false }
        #expect(overtaken.isEmpty, "nothing overtakes what is tried again; \(what)")
        var seen: Set<String> = []
        told = own.filter { seen.insert($0.id).inserted }
    }

    var refs: Set<String> { Set(told.flatMap(\.changes.keys)) }

    /// Where a ref has come to, so far.
    func last(of ref: String) -> String? { told.last { $0.changes[ref] != nil }?.changes[ref]?.to }

    /// Each change begins where the one before has ended, and the last has led to `tip`.
    func expectWhole(_ ref: String, to tip: String, _ what: String) {
        let steps = told.compactMap { $0.changes[ref] }
        for (before, after) in zip(steps, steps.dropFirst()) { #expect(after.from == before.to, "\(ref), \(what)") }
        #expect(steps.last?.to == tip, "\(ref), \(what)")
    }
}

/// The signatures of deliveries, by the verifier of the package `standardwebhooks`.
enum Signatures {
    static func verify(_ requests: ArraySlice<RawReceiver.Request>, current: String, _ secrets: String...) throws {
        let lines = try requests.map { request in
            let names = ["webhook-id", "webhook-timestamp", "webhook-signature", "x-hub-signature"]
            let headers = Dictionary(uniqueKeysWithValues: names.map { ($0, request.header($0) ?? "") })
            let delivery: [String: Any] = ["headers": headers, "body": String(decoding: request.body, as: UTF8.self)]
            return String(decoding: try JSONSerialization.data(withJSONObject: delivery), as: UTF8.self)
        }
        let words = [ProjectFile.path(".build/clients/bin/python"), ProjectFile.path("Tests/EndToEnd/Webhooks/verify_webhooks.py"), current]
        let printed = try Shell().run(words + secrets, input: lines.joined(separator: "\n"))
        #expect(printed == "\(requests.count) verified")
    }
}
