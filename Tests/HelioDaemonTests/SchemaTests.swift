import Testing

@testable import HelioDaemon

struct SchemaTests {
    @Test(arguments: [
        ("intervall", "interval"), ("INTERVAL", "interval"), ("inetrval", "interval"), ("firstCopyTotal", "first_copy_total"),
        ("trash-keep", "trash_keep"), ("totl", "total"), ("banana", nil), (String(repeating: "interval", count: 100), nil),
    ])
    func suggestion_IsTheNearestKey(word: String, expected: String?) {
        #expect(Suggestion.nearest(to: word, among: Schema.node.names(in: "sync")) == expected)
    }

    @Test(arguments: [
        ("1ms", Duration.milliseconds(1)), ("90s", .seconds(90)), ("3m", .seconds(180)), ("2h", .seconds(7200)),
        ("7d", .seconds(604_800)),
    ])
    func duration_IsRead_InEachUnit(text: String, expected: Duration) {
        #expect(read(text, .duration(.zero ... .days(30))) == expected)
    }

    @Test(arguments: [
        ("1024B", 1024), ("1KiB", 1024), ("2MiB", 2 << 20), ("3GiB", 3 << 30), ("4TiB", 4 << 40),
    ])
    func size_IsRead_InEachUnit(text: String, expected: Int64) {
        #expect(read(text, .size(0...(1 << 50))) == expected)
    }

    @Test(arguments: [
        "", "s", "3", "-3s", "+3s", "3 s", " 3s", "3S", "3sec", "0x3s", "٣s", "3.0s", "1h30m", "9223372036854775807d",
    ])
    func duration_IsRefused_WhenMalformed(text: String) {
        #expect(read(text, .duration(.zero ... .days(30))) == nil)
    }

    /// Both bounds are taken and one step beyond each is refused, for every key that has bounds.
    @Test func everyBound_IsInclusive_AndHolds() throws {
        #expect(try probe("sync.interval", ["1s", "1d"], ["999ms", "86401s", "0s"]))
        #expect(try probe("shutdown.notice", ["0s", "10m"], ["601s"]))
        #expect(try probe("upstream.per_host", ["1", "64"], ["0", "65", "-1"]))
        #expect(try probe("sync.purge_guard.percent", ["0%", "100%"], ["101%", "-1%", "5"]))
        #expect(try probe("disk.low.size", ["1KiB", "1024TiB"], ["1023B", "1025TiB"]))
        let probed = Schema.node.keys.filter { $0.expectation.contains(" from ") }
        #expect(probed.count == 37)
        for key in probed { try probeBounds(of: key) }
    }

    /// What git would not be handed is refused here: left out later, its repository would look like one that has gone.
    @Test(arguments: [
        "https://hunter2@h/x", "https://u:hunter2@h/x", "https://u%3Ahunter2@h/x", "ssh://u:hunter2@h/x", "ssh://u%3Ahunter2@h/x",
        "https://h/x?token=hunter2", "https://h/x#hunter2", "https://h:hunter2/x", "https://hunter2", "https://[hunter2/x", "u:hunter2@h:x",
        "https://h/hunter2é",
    ])
    func wrongURL_OfTheUpstream_IsRefused_AndNotRepeated(url: String) throws {
        let text = "upstream:\n  kind: urls\n  urls: [{ project: P, slug: s, url: \"\(url)\" }]\n"
        let error = try #require(throws: ConfigurationError.self) { try NodeConfiguration.parse(Array(text.utf8), file: "/f") }
        #expect(error.problems.map(\.key) == ["upstream.urls[0].url"])
        #expect(!error.description.contains("hunter2"))
    }

    @Test(arguments: [
        "http://@h:1", "http://a@h", "http://a:b@h", "http://a@b@h/x", "socks5h://a@h", "http://a@\u{301}h", "https://h@[::1]:3128",
    ])
    func proxy_IsRefused_WhenItNamesAUser(url: String) { #expect(read(url, .proxyURL) == nil) }

    @Test(arguments: ["http://h:3128", "https://h/a@b", "socks5://127.0.0.1:1080", "socks5h://[::1]"])
    func proxy_IsTaken_WhenItNamesNone(url: String) { #expect(read(url, .proxyURL) == url) }

    @Test(arguments: [
        ("127.0.0.1:1", "localhost:1", true), ("0.0.0.0:1", "127.0.0.1:1", true), ("[::]:1", "[::1]:1", true),
        ("[::1]:1", "[0:0::1]:1", true),
        ("[::]:1", "0.0.0.0:1", false), ("[::]:1", "127.0.0.1:1", false), ("10.0.0.5:1", "127.0.0.1:1", false),
        ("127.0.0.1:1", "127.0.0.1:2", false), ("0.0.0.0:0", "0.0.0.0:0", false),
    ])
    func addresses_Overlap_WhereOnlyOneSocketCanListen(one: String, other: String, expected: Bool) throws {
        let (left, right) = (try HostPort(parsing: one), try HostPort(parsing: other))
        #expect(left.overlaps(right) == expected)
        #expect(right.overlaps(left) == expected)
    }

    @Test func environmentNames_AreUnique() {
        let names = Schema.node.keys.map { Environment.variable(for: $0.name) }
        #expect(Set(names).count == names.count)
    }

    @Test func flatNames_StandForKeys() {
        for target in Schema.node.flatNames.values { #expect(Schema.node.byName[target] != nil) }
    }

    private func probeBounds(of key: Key<NodeConfiguration>) throws {
        let words = key.expectation.split(separator: " ").map(String.init)
        let (low, high) = (words[words.count - 3], words[words.count - 1])
        let digits = high.prefix { $0.isNumber }
        let above = "\(try #require(Int(digits)) + 1)" + high.dropFirst(digits.count)
        #expect(try probe(key.name, [low, high], [above, "-1" + low.drop { $0.isNumber }]), "\(key.name)")
    }

    private func probe(_ name: String, _ right: [String], _ wrong: [String]) throws -> Bool {
        let key = try #require(Schema.node.byName[name])
        func accepts(_ text: String) -> Bool {
            var (configuration, reading) = (NodeConfiguration(), Reading(directory: "/"))
            key.read(YAMLNode(place: .start, content: .scalar(text, isPlain: true)), &reading, &configuration)
            return reading.problems.isEmpty
        }
        return right.allSatisfy(accepts) && !wrong.contains(where: accepts)
    }

    private func read<Value>(_ text: String, _ kind: Kind<Value>) -> Value? {
        var reading = Reading(directory: "/")
        return kind.read(YAMLNode(place: .start, content: .scalar(text, isPlain: true)), &reading)
    }
}
