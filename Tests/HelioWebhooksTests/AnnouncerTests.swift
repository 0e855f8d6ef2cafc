import Foundation
import HelioNode
import Testing

@testable import HelioStore
@testable import HelioWebhooks

struct AnnouncerTests {
    private let time = WallTime(millisecondsSince1970: 1_767_312_245_678)

    private func oid(_ byte: UInt8) -> ObjectID { ObjectID(raw: [UInt8](repeating: byte, count: 20)) ?? .zero(.sha1) }

    private func hash(_ byte: UInt8) -> MirrorHash { .known(Digest(raw: [UInt8](repeating: byte, count: 32))) }

    private func snapshot(_ refs: [String: UInt8], head: String = "refs/heads/main") -> RefSnapshot {
        RefSnapshot(
            format: .sha1, refs: refs.map { Ref(name: RefName(ByteString($0.key)), target: oid($0.value)) },
            head: .symbolic(RefName(ByteString(head))))
    }

    private func repository(_ name: String = "P0/repo") throws -> Repository {
        let name = try RepositoryName(ByteString(name))
        let project = Project(id: ProjectID(7), key: name.project, name: "Project \"zero\"\u{7}", isPublic: true)
        return Repository(
            id: RepositoryID(9), name: name, displayName: "repo", project: project, isPublic: false, description: nil, defaultBranch: .main)
    }

    private func announcer(limit: Int = 1000, initial: Bool = false, projects: Set<ByteString> = []) -> Announcer {
        Announcer(
            sender: Sender(farm: "eu-west", cloneURLs: ["https://git.example.com/{project}/{repository}.git"], browseURL: nil),
            endpoints: [
                Endpoint(name: "ci", url: "http://ci/", events: [.repositorySynchronized], projects: projects),
                Endpoint(name: "chat", url: "http://chat/", events: [.repositorySyncFailed, .stateChanged]),
                Endpoint(name: "off", url: "http://off/", events: [.repositorySynchronized], isActive: false),
            ], refLimit: limit, announcesInitial: initial)
    }

    private func event(
        _ old: RefSnapshot?, _ new: RefSnapshot, last: Announcement?, before: MirrorHash? = .known(Digest(raw: [UInt8](repeating: 1, count: 32))),
        by announcer: Announcer? = nil
    ) throws -> OutboxEvent? {
        let change = PreparedChange(
            repository: RepositoryID(9), name: try RepositoryName("P0/repo"), kind: old == nil ? .snapshot : .incremental, old: old, new: new)
        return (announcer ?? self.announcer()).event(
            for: change, of: try repository(), content: hash(2), before: old == nil ? nil : before, last: last, at: time)
    }

    private func json(_ event: OutboxEvent?) throws -> [String: Any] {
        let event = try #require(event)
        return try #require(try JSONSerialization.jsonObject(with: Data(event.body)) as? [String: Any])
    }

    private func changes(_ event: OutboxEvent?) throws -> [String] {
        let list = try #require(try json(event)["changes"] as? [[String: Any]])
        return try list.map { change in
            let ref = try #require(change["ref"] as? [String: Any])
            return "\(change["type"] ?? "") \(ref["type"] ?? "") \(ref["displayId"] ?? "") \(change["refId"] ?? "")"
        }
    }

    private var last: Announcement { Announcement(number: 4, content: hash(1)) }

    /// Too many to list is not the same as nobody knows: a node by itself and a farm tell it alike.
    @Test func listThatIsTooLong_IsIncremental_FromAFarmToo() throws {
        let (old, new) = (snapshot(["refs/heads/main": 1]), snapshot(["refs/heads/main": 1, "refs/tags/a": 2, "refs/tags/b": 2]))
        let change = PreparedChange(repository: RepositoryID(9), name: try RepositoryName("P0/repo"), kind: .incremental, old: old, new: new)
        let announcer = announcer(limit: 1)
        let told = ToldState(announcement: Announcement(number: 4, content: hash(1)), difference: nil)
        let draft = try #require(announcer.draft(for: change, of: try repository(), content: hash(2), before: hash(1), told: told))
        #expect(draft.kind == .incremental && draft.changes == nil)
        let sender = try #require(MemberID("00000001-0000-4000-8000-000000000001"))
        let held = StoredHeldChange(id: HeldID(1), repository: RepositoryID(9), draft: draft)
        let agreed = try #require(
            announcer.announcement(
                of: held, of: try repository(), number: 5, sender: sender, farm: FarmNote(nodes: 3, laggards: []), at: time))
        let alone = try #require(try event(old, new, last: Announcement(number: 4, content: hash(1)), by: announcer))
        for key in ["syncType", "refLimitExceeded"] {
            #expect(try "\(#require(json(agreed.event)[key]))" == "\(#require(json(alone)[key]))")
        }
        let unknown = announcer.draft(for: change, of: try repository(), content: hash(2), before: hash(7), told: told)
        #expect(unknown?.kind == .snapshot)
    }

    /// Each was short enough, and one was led on from what others announced in place of the other.
    @Test func listThatGrewTooLong_WhileItWasHeld_IsNotListed() throws {
        let changes = [1, 2].map { RefChange(name: RefName(ByteString("refs/heads/b\($0)")), from: oid(1), to: oid(2)) }
        let sender = try #require(MemberID("00000001-0000-4000-8000-000000000001"))
        let draft = HeldDraft(kind: .incremental, content: hash(2), changes: changes)
        for (limit, isExceeded) in [(1, true), (2, false)] {
            let agreed = try #require(
                announcer(limit: limit).announcement(
                    of: StoredHeldChange(id: HeldID(1), repository: RepositoryID(9), draft: draft), of: try repository(), number: 5,
                    sender: sender, farm: FarmNote(nodes: 3, laggards: []), at: time))
            let told = try json(agreed.event)
            #expect(told["refLimitExceeded"] as? Bool == isExceeded && told["syncType"] as? String == "INCREMENTAL")
            #expect(try self.changes(agreed.event).isEmpty == isExceeded)
            #expect(agreed.changes == changes)
        }
    }

    @Test func change_TellsBranchesAndTags_AndNothingElse() throws {
        let old = snapshot(["refs/heads/main": 1, "refs/heads/gone": 2, "refs/tags/v1": 3, "refs/pull/1/head": 4, "refs/notes/c": 5])
        let new = snapshot(["refs/heads/main": 6, "refs/heads/new": 7, "refs/tags/v1": 3, "refs/pull/1/head": 8, "refs/notes/c": 9])
        let event = try event(old, new, last: last)
        #expect(
            try changes(event) == [
                "DELETE BRANCH gone refs/heads/gone", "UPDATE BRANCH main refs/heads/main", "ADD BRANCH new refs/heads/new",
            ])
        let list = try #require(try json(event)["changes"] as? [[String: Any]])
        #expect(list[0]["toHash"] as? String == String(repeating: "0", count: 40))
        #expect(list[2]["fromHash"] as? String == String(repeating: "0", count: 40))
        #expect(list[1]["toHash"] as? String == oid(6).description)
        #expect(event?.number == 5 && event?.endpoints == ["ci"])
    }

    @Test func body_IsWhatMirrorsOfBitbucketSend() throws {
        let event = try event(snapshot([:]), snapshot(["refs/heads/main": 1]), last: last)
        let text = String(decoding: try #require(event).body, as: UTF8.self)
        let head = #"{"eventKey":"mirror:repo_synchronized","date":"2026-01-02T00:04:05+0000","mirrorServer":{"id":""#
        #expect(text.hasPrefix(head))
        let body = try json(event)
        #expect(body["syncType"] as? String == "INCREMENTAL" && body["refLimitExceeded"] as? Bool == false)
        let repository = try #require(body["repository"] as? [String: Any])
        #expect(repository["slug"] as? String == "repo" && repository["id"] as? Int == 9 && repository["scmId"] as? String == "git")
        let project = try #require(repository["project"] as? [String: Any])
        #expect(project["key"] as? String == "P0" && project["name"] as? String == "Project \"zero\"\u{7}")
        let links = try #require(repository["links"] as? [String: [[String: String]]])
        #expect(links["clone"]?.first == ["href": "https://git.example.com/P0/repo.git", "name": "http"])
    }

    @Test func otherRefsAndHeadAlone_AreToldToNobody() throws {
        let old = snapshot(["refs/heads/main": 1, "refs/pull/1/head": 4])
        #expect(try event(old, snapshot(["refs/heads/main": 1, "refs/pull/1/head": 5]), last: last) == nil)
        #expect(try event(old, snapshot(["refs/heads/main": 1, "refs/pull/1/head": 4], head: "refs/heads/x"), last: last) == nil)
    }

    @Test func tooManyChanges_AreNotListed() throws {
        let new = snapshot(Dictionary(uniqueKeysWithValues: (0..<11).map { ("refs/heads/b\($0)", UInt8($0 + 1)) }))
        let told = try json(try event(snapshot([:]), new, last: last, by: announcer(limit: 10)))
        #expect(told["refLimitExceeded"] as? Bool == true && (told["changes"] as? [Any])?.isEmpty == true)
        #expect(try changes(try event(snapshot([:]), new, last: last, by: announcer(limit: 11))).count == 11)
    }

    @Test func changesWithLongNames_AreNotListed_WhereReceiversWouldRefuseThem() throws {
        let names = (0..<500).map { "refs/heads/\(String(repeating: "x", count: 900))\($0)" }
        let few = Dictionary(uniqueKeysWithValues: names.prefix(200).map { ($0, UInt8(1)) })
        #expect(try changes(try event(snapshot([:]), snapshot(few), last: last)).count == 200)
        let many = try #require(try event(snapshot([:]), snapshot(Dictionary(uniqueKeysWithValues: names.map { ($0, UInt8(1)) })), last: last))
        #expect(many.body.count < 10_000)
        let told = try json(many)
        #expect(told["refLimitExceeded"] as? Bool == true && told["syncType"] as? String == "INCREMENTAL")
    }

    @Test func firstContent_IsTold_OnlyWhereItIsNews() throws {
        let new = snapshot(["refs/heads/main": 1])
        #expect(try event(nil, new, last: nil) == nil)
        #expect(try changes(try event(nil, new, last: nil, by: announcer(initial: true))) == ["ADD BRANCH main refs/heads/main"])
        let appeared = try event(nil, new, last: Announcement(number: 0, content: nil))
        #expect(try changes(appeared) == ["ADD BRANCH main refs/heads/main"] && json(appeared)["syncType"] as? String == "SNAPSHOT")
        #expect(appeared?.number == 1)
    }

    @Test func unknownBefore_IsASnapshotWithoutAList() throws {
        let event = try event(snapshot(["refs/heads/x": 9]), snapshot(["refs/heads/main": 1]), last: last, before: hash(77))
        let told = try json(event)
        #expect(told["syncType"] as? String == "SNAPSHOT" && told["refLimitExceeded"] as? Bool == true)
        // A copy that was lost and taken again, as it had been announced.
        #expect(try self.event(nil, snapshot(["refs/heads/main": 1]), last: Announcement(number: 3, content: hash(2))) == nil)
    }

    @Test func ids_RepeatForTheSameAnnouncementOnly() throws {
        let (a, b) = (snapshot(["refs/heads/main": 1]), snapshot(["refs/heads/main": 2]))
        let first = try #require(try event(a, b, last: last))
        #expect(try event(a, b, last: last)?.webhookID == first.webhookID)
        #expect(try event(a, b, last: Announcement(number: 6, content: hash(1)))?.webhookID != first.webhookID)
        #expect(first.webhookID.count == 36 && Array(first.webhookID)[14] == "5")
    }

    @Test func projects_NarrowWhoIsTold() throws {
        #expect(try event(snapshot([:]), snapshot(["refs/heads/main": 1]), last: last, by: announcer(projects: ["OTHER"])) == nil)
    }

    @Test func failures_AreToldToThoseWhoAsked() throws {
        let event = announcer().failureEvent(of: try repository(), Failure(.corrupt, "bad \u{1b}[0m pack"), failures: 5, id: "x", at: time)
        let told = try json(event)
        #expect(told["status"] as? String == "QUARANTINED" && told["reason"] as? String == "corrupt" && told["failures"] as? Int == 5)
        #expect(event?.endpoints == ["chat"] && event?.number == nil)
        let recovered = announcer().failureEvent(of: try repository(), nil, failures: 0, id: "y", at: time)
        #expect(try json(recovered)["status"] as? String == "RECOVERED")
    }

    /// RFC 9562, appendix A.4: `www.example.com` in the namespace of names of hosts.
    @Test func uuid_IsThatOfTheRFC() {
        let dns: [UInt8] = [0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8]
        #expect(NameUUID("www.example.com", in: NameUUID(exactly: dns)).description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }
}
