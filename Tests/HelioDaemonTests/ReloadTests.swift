import HelioNode
import Testing

@testable import HelioDaemon

struct ReloadTests {
    @Test func reload_AppliesWhatIsLive_AndNamesTheRest() {
        let old = NodeConfiguration()
        var new = old
        new.sync.interval = .seconds(7)
        new.status.strict = true
        new.log.level = .debug
        new.node.data = "/elsewhere"
        new.http.listen = HostPort(host: "0.0.0.0", port: 80)
        let reload = ConfigurationReload(from: old, to: new)
        #expect(reload.changed == ["status.strict", "sync.interval", "log.level"])
        #expect(reload.needsRestart == ["node.data", "http.listen"])
        var expected = new
        expected.node.data = old.node.data
        expected.http.listen = old.http.listen
        #expect(reload.applied == expected)
    }

    /// Each file is right; half of each is not.
    @Test func reload_LeavesTheListOfURLs_ToTheKindThatItBelongsTo() throws {
        let name = try RepositoryName(ByteString("P/r"))
        var urls = NodeConfiguration()
        urls.upstream.kind = .urls
        urls.upstream.urls = [NodeConfiguration.RepositoryURL(name: name, url: "https://git.example.com/r", credentials: nil)]
        var directory = NodeConfiguration()
        directory.upstream.path = "/srv/git"
        for (old, new) in [(urls, directory), (directory, urls)] {
            var new = new
            new.sync.interval = .seconds(7)
            let reload = ConfigurationReload(from: old, to: new)
            #expect(reload.applied.upstream == old.upstream)
            #expect(reload.changed == ["sync.interval"])
            #expect(reload.applied.sync.interval == .seconds(7))
            #expect(reload.needsRestart == ["upstream.kind", "upstream.path", "upstream.urls"])
        }
    }

    /// The list that stays needs the credentials that it names.
    @Test func reload_LeavesCredentials_ToTheListThatNamesThem() throws {
        let name = try RepositoryName(ByteString("P/r"))
        var old = NodeConfiguration()
        old.upstream.kind = .urls
        old.upstream.urls = [NodeConfiguration.RepositoryURL(name: name, url: "https://git.example.com/r", credentials: "other")]
        old.upstream.namedCredentials = [NodeConfiguration.NamedCredentials(name: "other", username: "x", tokenFile: "/token")]
        var new = NodeConfiguration()
        new.upstream.path = "/srv/git"
        let reload = ConfigurationReload(from: old, to: new)
        #expect(reload.applied == old && reload.changed == [])
        #expect(reload.needsRestart == ["upstream.kind", "upstream.path", "upstream.urls", "upstream.named_credentials"])
    }

    @Test func reload_DoesNothing_WhenNothingChanged() {
        let reload = ConfigurationReload(from: NodeConfiguration(), to: NodeConfiguration())
        #expect(reload.changed == [] && reload.needsRestart == [] && reload.applied == NodeConfiguration())
    }
}
