import Testing

@testable import HelioDaemon

struct EnvironmentTests {
    private func parse(_ text: String, _ environment: [String: String]) throws -> LoadedConfiguration {
        try NodeConfiguration.parse(Array(text.utf8), file: "/etc/heliostat/heliostat.yaml", environment: environment)
    }

    @Test func variable_WinsOverTheFile() throws {
        let loaded = try parse(
            "upstream: { path: /srv/git }\nsync: { interval: 3m }\n",
            [
                "HELIOSTAT_SYNC_INTERVAL": "7s", "HELIOSTAT_UPSTREAM_PATH": "git", "HELIOSTAT_SYNC_PURGE_GUARD_COUNT": "3",
                "PATH": "/bin",
            ])
        #expect(loaded.configuration.sync.interval == .seconds(7))
        #expect(loaded.configuration.upstream.path == "/etc/heliostat/git")
        #expect(loaded.configuration.sync.purgeGuard.count == 3)
        #expect(loaded.warnings == [])
    }

    @Test func variable_IsEnough_WithoutAnyFileContent() throws {
        #expect(try parse("", ["HELIOSTAT_UPSTREAM_PATH": "/srv/git"]).configuration.upstream.path == "/srv/git")
    }

    @Test func variable_IsNamed_WhenItsValueIsWrong() {
        let error = #expect(throws: ConfigurationError.self) {
            try parse(
                "upstream: { path: /srv/git }\nlog: { level: loud }",
                ["HELIOSTAT_VET_INTERVAL": "30", "HELIOSTAT_HTTP_LISTEN": ""])
        }
        #expect(
            error?.description == """
                /etc/heliostat/heliostat.yaml:2:15: log.level: expected trace, debug, info, notice, warning, error or critical, found "loud"
                HELIOSTAT_HTTP_LISTEN: http.listen: expected an address and port such as 127.0.0.1:7990, found nothing
                HELIOSTAT_VET_INTERVAL: vet.interval: 30 has no unit; expected a duration from 1s to 7d, in ms, s, m, h, d
                """)
    }

    @Test func variable_OnlyWarns_WhenItMeansNothing() throws {
        let loaded = try parse("upstream: { path: /srv/git }", ["HELIOSTAT_SYNC_INTERVALL": "x", "HELIOSTAT_UPSTREAM_URLS": "x"])
        #expect(
            loaded.warnings == [
                "the environment variable HELIOSTAT_SYNC_INTERVALL means nothing; did you mean HELIOSTAT_SYNC_INTERVAL?",
                "the environment variable HELIOSTAT_UPSTREAM_URLS means nothing",
            ])
    }

    @Test func wideAddress_Warns_WithoutATokenFile() throws {
        let loaded = try parse("upstream: { path: /srv/git }\nhttp: { listen: 0.0.0.0:7990 }", [:])
        #expect(loaded.warnings == ["http.listen 0.0.0.0:7990 can be reached from other machines and no token file is set"])
    }

    @Test func wideAddress_IsNoticed_UnlessATokenFileIsSet() {
        var http = NodeConfiguration.HTTP()
        let wide = HostPort(host: "::", port: 7990)
        #expect(http.notice(of: wide, called: "it") == "it [::]:7990 can be reached from other machines and no token file is set")
        #expect(http.notice(of: HostPort(host: "127.0.0.1", port: 7990), called: "it") == nil)
        http.tokenFile = "/etc/heliostat/read.token"
        #expect(http.notice(of: wide, called: "it") == nil)
    }
}
