import Foundation
import Synchronization
import TestSupport
import Testing

/// A node with a receiver, struck once in its first life; then it lives again.
final class StruckNode: Sendable {
    private static let main = "refs/heads/main"
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private let history: PreparedHistory
    private let scene: Scene
    private let receiver: RawReceiver
    private let unheld = UnheldObjects()
    let report: String
    /// What was done, for whoever reads a failure.
    private let blow: String

    private var node: NodeFixture { scene.node }
    private var names: [String] { PreparedHistory.names }

    init(_ history: PreparedHistory, _ blow: String) throws {
        (self.history, self.blow) = (history, blow)
        scene = try Scene([])
        report = scene.directory.path + "/report"
        try Data().write(to: URL(filePath: report))
        try Shell().run("cp", "-r", history.path + "/.", scene.upstream.path)
        let (copies, unheld) = (scene.node.data + "/repositories", unheld)
        receiver = try RawReceiver { request in
            unheld.look(request, copies)
            return RawReceiver.answer("200 OK")
        }
        scene.node.shutdown = "{ notice: 0s, drain: 5s }"
        let secret = try scene.secretFile(Self.secret)
        try scene.configure(
            webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\", secret_file: \(secret) }"],
            keys: "announce_initial: true,", extra: "sync: { interval: 1h }")
    }

    // MARK: The life that is struck

    /// Start, first synchronisation, pushes, until the blow has fallen; and what the node then does by itself.
    /// - Returns: what was struck; nil when the life was too short for it.
    func live(under words: [String]) async throws -> String? {
        try node.start(wrapper: words)
        try await wait("SYNCHRONIZED") { node.state == "SYNCHRONIZED" }
        var step = 1
        while step < PreparedHistory.steps, !isStruck {
            for name in names where !isStruck { try await push(step, to: name) }
            step += 1
        }
        let struck = struckCall
        // So that there is something to be told after the blow, whatever it has hit.
        for name in names { try move(step, of: name) }
        if node.isRunning { try await goOn() }
        return struck
    }

    /// - Parameter condition: not waited for beyond the blow or the end of the process.
    private func wait(_ what: String, _ condition: () throws -> Bool) async throws {
        try await wait(30, what) { try isStruck || !node.isRunning || condition() }
    }

    private func push(_ step: Int, to name: String) async throws {
        try move(step, of: name)
        guard node.isRunning else { return }
        let tip = history.commits[name]?[step]
        try await wait("push \(step) to \(name)") { self.tip(of: name) == tip }
    }

    /// A push, as far as it has not been made yet, and its notification.
    private func move(_ step: Int, of name: String) throws {
        let tip = try scene.upstream.git(name, "rev-parse", "main")
        for step in ((history.commits[name]?.firstIndex(of: tip) ?? 0) + 1)..<(step + 1) {
            let words = ["git", "--git-dir", scene.upstream.repository(name), "update-ref", "--stdin"]
            try Shell().run(words, input: history.push(step, of: name))
        }
        // Nobody there to hear it, or a store that cannot take it: the next start looks by itself.
        _ = try? HTTPCall("http://localhost/notify", method: "POST", socket: node.socket, body: #"{"repository":"\#(name)"}"#)
    }

    /// Without a process: it is asked all the time.
    private func tip(of name: String) -> String? {
        // Not there yet, or being replaced.
        try? String(contentsOfFile: node.copy(name) + "/refs/heads/main", encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    private var isStruck: Bool { struckCall != nil }

    private var struckCall: String? {
        // Empty until the blow.
        let text = (try? String(contentsOfFile: report, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").first.map(String.init)
    }

    /// A node that has survived needs no help; one whose start failed ends, as ERROR says, and is started again by its supervisor.
    private func goOn() async throws {
        // A fourth failure, of a lock that is too young to be removed, puts the next attempt off by up to 80 s.
        try await wait(180, "the node goes on by itself") {
            if !node.isRunning || node.state == "ERROR" { return true }
            return node.state == "SYNCHRONIZED" && names.allSatisfy { node.mirrors($0, of: scene.upstream) }
        }
        guard node.isRunning else { return }
        let failed = node.state == "ERROR"
        let code = try await node.end()
        #expect(code == (failed ? 1 : 0), "\(blow)")
    }

    /// With what is known at the end of a wait that was in vain.
    private func wait(_ seconds: Double, _ what: String, _ condition: () async throws -> Bool) async throws {
        do {
            try await eventually(within: seconds, what, condition)
        } catch {
            throw NeverHappened("\(error); \(blow): \(struckCall ?? "not struck"); the log ends\n\(node.log.suffix(5000))")
        }
    }

    // MARK: The life after

    func liveAgain() async throws {
        try node.start()
        try await wait(60, "SYNCHRONIZED again") { node.state == "SYNCHRONIZED" }
        try await wait(30, "the mirror") { names.allSatisfy { node.mirrors($0, of: scene.upstream) } }
        try await wait(60, "everything is told") {
            let sent = try receiver.requests.map(Announcement.init)
            return names.allSatisfy { name in
                sent.last { $0.repository == name && $0.changes[Self.main] != nil }?.changes[Self.main]?.to == upstreamTip(name)
            }
        }
        let hashes = try names.map { try UpstreamFixture.contentHash(of: node.copy($0)) }
        #expect(try node.contentHashes().values.sorted() == hashes.sorted(), "\(blow)")
        #expect(try await node.end() == 0, "\(blow)")
        try node.expectCleanDisk(names)
        #expect(try node.sql("SELECT count(*) FROM delivery WHERE state <> 'delivered'") == "0", "\(blow)")
        try expectTrueStories()
    }

    private func upstreamTip(_ name: String) -> String? {
        // Every push leaves it as a file.
        try? String(contentsOfFile: scene.upstream.repository(name) + "/refs/heads/main", encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    /// Nothing lost, nothing made up, nothing told before it could be fetched.
    private func expectTrueStories() throws {
        let requests = receiver.requests
        try Signatures.verify(requests[...], current: Self.secret, Self.secret)
        #expect(unheld.found == [], "\(blow)")
        let sent = try requests.map(Announcement.init)
        for name in names {
            let story = Story(of: name, in: sent, "\(name); \(blow)")
            let known = Set((history.commits[name] ?? []) + [Announcement.absent])
            let named = story.told.flatMap { $0.changes.values.flatMap { [$0.from, $0.to] } }
            #expect(known.isSuperset(of: named), "\(name); \(blow)")
            let lines = try scene.upstream.git(name, "for-each-ref", "--format=%(objectname) %(refname)").split(separator: "\n")
            let tips = Dictionary(uniqueKeysWithValues: lines.map { (String($0.dropFirst(41)), String($0.prefix(40))) })
            for ref in story.refs.union(tips.keys) {
                story.expectWhole(ref, to: tips[ref] ?? Announcement.absent, "\(name); \(blow)")
            }
        }
    }
}

/// Objects that were announced while the copy did not have them.
private final class UnheldObjects: Sendable {
    private let noted = Mutex<[String]>([])

    var found: [String] { noted.withLock { $0 } }

    func look(_ request: RawReceiver.Request, _ copies: String) {
        do {
            let announcement = try Announcement(request)
            let objects = announcement.changes.values.map(\.to).filter { $0 != Announcement.absent }
            let words = ["git", "--git-dir", "\(copies)/\(announcement.repository).git", "cat-file", "--batch-check"]
            let said = try Shell().run(words, input: objects.joined(separator: "\n") + "\n").split(separator: "\n")
            let absent = said.filter { $0.hasSuffix(" missing") }
            noted.withLock { $0 += absent.map { "\(announcement.repository): \($0)" } }
        } catch {
            noted.withLock { $0.append("\(error)") }
        }
    }
}
