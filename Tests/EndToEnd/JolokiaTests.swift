import Foundation
import TestSupport
import Testing

/// The timers of a node at work, for those who monitor with JMX.
@Suite(.serialized, .ownThreads) struct JolokiaTests {
    private static let domain = "com.atlassian.bitbucket"
    private static let vet = "\(domain):type=metrics,category00=mirror,category01=farm,category02=vet,name=timer"

    @Test func timer_IsReadByCurl_WithTheNameThatBitbucketGivesIt() async throws {
        let scene = try Scene(["KEY/slug"])
        try await scene.synchronized()
        let vet = try read(scene.node, Self.vet)
        #expect(vet.count == 17)
        let (count, longest) = (try #require(vet["Count"] as? Int), try #require(vet["Max"] as? Double))
        #expect(count >= 1, "a node that is synchronized has vetted once")
        #expect(longest > 0)
        let dotted = try read(scene.node, "\(Self.domain):mirror.operation.local.fetch.success")
        let fetches = try #require(dotted["Count"] as? Int)
        #expect(fetches >= 1, "a first copy was fetched")
    }

    @Test func timers_AreAllThere_BeforeAnythingHappens() async throws {
        let scene = try Scene(["KEY/slug"])
        try await scene.synchronized()
        let answer = try scene.node.get("/jolokia/search/\(Self.domain):type=metrics,*").json()
        let names = try #require(answer["value"] as? [String])
        let expected = 9 + 5 * 2 + 5 * 4  // the table of the contract: nine timers, five operations with two and with four outcomes
        #expect(names.count == expected)
        #expect(Set(names).count == names.count)
    }

    private func read(_ node: NodeFixture, _ name: String) throws -> [String: Any] {
        let text = try Shell().run("curl", "-sSf", "--max-time", "20", "\(node.base)/jolokia/read/\(name)")
        let answer = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return try #require(answer?["value"] as? [String: Any], "\(text)")
    }
}
