import HelioLoop
import HelioNode

/// What must hold between keys. Each stands for one sentence that an operator reads.
struct Rule: Sendable {
    /// The key that the message names and points to.
    let key: String
    /// Other keys without which the question has no answer.
    var given: [String] = []
    /// - Returns: what is wrong, or nil.
    let check: @Sendable (NodeConfiguration) -> String?

    /// Whether the answer depends on `key`, on something inside it, or on a section around it.
    func reads(_ key: String) -> Bool {
        ([self.key] + given).contains { $0.hasPrefix(key) || key.hasPrefix($0) }
    }

    static let all: [Rule] = node + http + upstream + credentials + order + farm

    private static let node: [Rule] = [
        Rule(key: "node.data") {
            let length = $0.node.socket.utf8.count
            guard length > longestSocketPath else { return nil }
            return "is too long: the path of its socket, heliostat.sock, would have \(length) bytes, and \(longestSocketPath) are the most"
        },
    ]

    /// Bytes that the address of a Unix socket holds beside its NUL (unix(7)).
    private static let longestSocketPath = 107

    private static let http: [Rule] = [
        Rule(key: "http.tls.key_file", given: ["http.tls.cert_file"]) {
            $0.http.tls.certFile != nil && $0.http.tls.keyFile == nil ? "is missing beside cert_file" : nil
        },
        Rule(key: "http.tls.cert_file", given: ["http.tls.key_file"]) {
            $0.http.tls.keyFile != nil && $0.http.tls.certFile == nil ? "is missing beside key_file" : nil
        },
        Rule(key: "http.tls.cert_file") { configuration in
            guard case .failure(let error) = TLSFiles.read(configuration.http.tls), !error.isOfKey else { return nil }
            return error.description
        },
        Rule(key: "http.tls.key_file") { configuration in
            guard case .failure(let error) = TLSFiles.read(configuration.http.tls), error.isOfKey else { return nil }
            return error.description
        },
        Rule(key: "http.admin_listen", given: ["http.listen"]) {
            guard let admin = $0.http.adminListen, admin.overlaps($0.http.listen) else { return nil }
            return "is the same as http.listen, or within it; leave it out to have everything there"
        },
        Rule(key: "agent.listen", given: ["http.listen", "http.admin_listen"]) { configuration in
            guard let agent = configuration.agent.listen else { return nil }
            let http = configuration.http
            let others: [(key: String, address: HostPort?)] = [("http.listen", http.listen), ("http.admin_listen", http.adminListen)]
            let taken = others.first { other in other.address.map { agent.overlaps($0) } ?? false }
            return taken.map { "overlaps \($0.key); the agent check needs an address of its own" }
        },
    ]

    private static let upstream: [Rule] = [
        Rule(key: "upstream.path", given: ["upstream.kind"]) {
            $0.upstream.kind == .directory && $0.upstream.path == nil ? "is missing; expected the directory to mirror" : nil
        },
        Rule(key: "upstream.urls", given: ["upstream.kind"]) {
            $0.upstream.kind == .urls && $0.upstream.urls.isEmpty ? "is missing; expected the repositories to mirror" : nil
        },
        Rule(key: "upstream.path", given: ["upstream.kind"]) {
            $0.upstream.kind == .urls && $0.upstream.path != nil ? "has no meaning with upstream.kind: urls" : nil
        },
        Rule(key: "upstream.urls", given: ["upstream.kind"]) {
            $0.upstream.kind == .directory && !$0.upstream.urls.isEmpty ? "has no meaning with upstream.kind: directory" : nil
        },
        Rule(key: "upstream.path", given: ["node.data"]) {
            guard let path = $0.upstream.path, PathOverlap.asWritten(path, $0.node.data) else { return nil }
            return "and node.data lie within each other; the node would mirror its own copies"
        },
    ]

    /// Two keys of one section of which neither means anything alone.
    private static func bothOrNeither(
        in section: String, _ one: (name: String, value: @Sendable (NodeConfiguration) -> String?),
        _ other: (name: String, value: @Sendable (NodeConfiguration) -> String?)
    ) -> [Rule] {
        [(one, other), (other, one)].map { missing, given in
            Rule(key: "\(section).\(missing.name)", given: ["\(section).\(given.name)"]) {
                missing.value($0) == nil && given.value($0) != nil ? "is missing beside \(given.name)" : nil
            }
        }
    }

    private static let credentials =
        bothOrNeither(
            in: "upstream.credentials", ("token_file", { $0.upstream.credentials.tokenFile }),
            ("username", { $0.upstream.credentials.username }))
        + bothOrNeither(
            in: "upstream.ssh", ("known_hosts_file", { $0.upstream.ssh.knownHostsFile }), ("key_file", { $0.upstream.ssh.keyFile }))
        + named

    private static let named: [Rule] = [
        Rule(key: "upstream.urls", given: ["upstream.named_credentials"]) {
            let known = Set($0.upstream.namedCredentials.map(\.name))
            guard let url = $0.upstream.urls.first(where: { !($0.credentials.map(known.contains) ?? true) }) else { return nil }
            let wanted = url.credentials ?? ""
            return "\(url.name) uses the credentials \(quoted(wanted)), which upstream.named_credentials does not have"
                + Suggestion.sentence(for: wanted, among: known.sorted())
        },
    ]

    private static let order: [Rule] = [
        Rule(key: "ready.resume_lag", given: ["ready.max_lag"]) { $0.ready.resumeLag > $0.ready.maxLag ? "is longer than ready.max_lag" : nil },
        Rule(key: "sync.no_progress", given: ["sync.total"]) { $0.sync.noProgress > $0.sync.total ? "is longer than sync.total" : nil },
        Rule(key: "sync.first_copy_total", given: ["sync.total"]) { $0.sync.firstCopyTotal < $0.sync.total ? "is shorter than sync.total" : nil },
        Rule(key: "disk.stop.percent", given: ["disk.low.percent"]) { $0.disk.stop.percent > $0.disk.low.percent ? "is above disk.low.percent" : nil },
        Rule(key: "disk.stop.size", given: ["disk.low.size"]) { $0.disk.stop.size > $0.disk.low.size ? "is above disk.low.size" : nil },
    ]

    private static let farm: [Rule] = [
        Rule(key: "farm.redis.url", given: ["farm.coordinator"]) {
            $0.farm.coordinator == .redis && $0.farm.redis.url == nil ? "is missing; expected the Redis at which the farm meets" : nil
        },
        Rule(key: "farm.name", given: ["farm.coordinator"]) {
            $0.farm.coordinator == .redis && $0.farm.name == nil
                ? "is missing; expected the farm's name, the same on all of its nodes" : nil
        },
        Rule(key: "farm.name", given: ["farm.coordinator"]) {
            guard $0.farm.coordinator == .redis, let name = $0.farm.name, !isKey(name) else { return nil }
            return "names keys in Redis: expected 1 to 64 of a-z, A-Z, 0-9, \".\", \"_\" and \"-\""
        },
        Rule(key: "node.name") {
            guard $0.farm.coordinator == .redis else { return nil }
            if $0.node.name.utf8.count > MemberRecord.fieldLimit { return "is longer than \(MemberRecord.fieldLimit) bytes: the farm would not take it" }
            return MemberRecord.isPlain($0.node.name) ? nil : "holds a character that cannot be shown: the farm would not take it"
        },
        Rule(key: "farm.redis.username", given: ["farm.redis.password_file"]) {
            $0.farm.redis.username != nil && $0.farm.redis.passwordFile == nil ? "needs farm.redis.password_file beside it" : nil
        },
        Rule(key: "database.metrics.lease_duration", given: ["database.metrics.interval"]) {
            let metrics = $0.database.metrics
            guard metrics.leaseDuration <= metrics.interval else { return nil }
            let (lease, interval) = (Units.text(metrics.leaseDuration), Units.text(metrics.interval))
            return "\(lease) is not longer than database.metrics.interval, \(interval): the lease could be over before rows are counted again"
        },
    ]

    private static func isKey(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
