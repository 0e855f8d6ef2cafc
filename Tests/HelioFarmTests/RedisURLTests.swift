import HelioFarm
import Testing

@Suite struct RedisURLTests {
    static let good: [(String, host: String, port: UInt16, database: UInt16)] = [
        ("redis://redis.example.org", "redis.example.org", 6379, 0),
        ("redis://localhost/", "localhost", 6379, 0),
        ("REDIS://127.0.0.1:1", "127.0.0.1", 1, 0),
        ("redis://r_1-x.:65535/65535", "r_1-x.", 65535, 65535),
        ("redis://[::1]", "::1", 6379, 0),
        ("redis://[fe80::2]:7000/3", "fe80::2", 7000, 3),
    ]

    @Test(arguments: good.indices) func url_IsRead(_ index: Int) throws {
        let (text, host, port, database) = Self.good[index]
        let url = try RedisURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.database == database)
        #expect(try RedisURL(url.description) == url)
    }

    static let bad: [(String, reason: String)] = [
        ("", "must look like"), ("redis:host", "must look like"), ("host:6379", "must look like"), ("127.0.0.1", "must look like"),
        ("rediss://host", "rediss:// is Redis over TLS"), ("RedisS://u:secret@host", "rediss:// is Redis over TLS"),
        ("http://host", "only redis://"), ("redis+unix:///run/redis", "only redis://"), ("://host", "only redis://"),
        ("redis://user:secret@host", "farm.redis.password_file"), ("redis://:secret@host:6379/0", "farm.redis.password_file"),
        ("redis://u:se/cr?e#t@host", "farm.redis.password_file"), ("redis://@host", "farm.redis.password_file"),
        ("redis://host?secret=1", "query"), ("redis://host/0?", "query"), ("redis://host#secret", "fragment"),
        ("redis://", "host is missing"), ("redis:///1", "host is missing"), ("redis://:6379", "host is missing"),
        ("redis://-h", "host is missing"), ("redis://h,i", "host is missing"), ("redis://::1", "host is missing"),
        ("redis://" + String(repeating: "h", count: 254), "host is missing"),
        ("redis://[::1", "bracket"), ("redis://[]", "not an IPv6"), ("redis://[127.0.0.1]", "not an IPv6"),
        ("redis://[fe80::1%25lo]", "not an IPv6"),
        ("redis://host:", "not a port"), ("redis://host:0", "not a port"), ("redis://host:65536", "not a port"),
        ("redis://host:+1", "not a port"), ("redis://host:-1", "not a port"), ("redis://[::1]x", "not a port"),
        ("redis://a:b:1", "not a port"),
        ("redis://host/65536", "number of a database"), ("redis://host/-1", "number of a database"),
        ("redis://host/a", "number of a database"),
        ("redis://host/1/", "number of a database"), ("redis://host//1", "number of a database"),
        ("redis://ho st", "control character"), ("redis://host\r\n", "control character"), ("redis://h\u{F6}st", "beyond ASCII"),
    ]

    @Test(arguments: bad.indices) func url_IsRefusedByName(_ index: Int) {
        let (text, reason) = Self.bad[index]
        let error = #expect(throws: RedisURL.Wrong.self) { try RedisURL(text) }
        #expect(error?.description.contains(reason) == true, "\(text): \(String(describing: error))")
        #expect(error?.description.contains("secret") == false)
    }
}
