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

    @Test func reload_DoesNothing_WhenNothingChanged() {
        let reload = ConfigurationReload(from: NodeConfiguration(), to: NodeConfiguration())
        #expect(reload.changed == [] && reload.needsRestart == [] && reload.applied == NodeConfiguration())
    }
}
