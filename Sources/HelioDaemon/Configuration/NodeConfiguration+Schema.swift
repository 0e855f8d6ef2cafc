internal import HelioNode

extension Schema where Root == NodeConfiguration {
    /// Every key of the configuration file. A key that nothing reads does not stand here.
    static let node = Schema(
        nodeKeys + upstreamKeys + stateKeys + syncKeys + webhookKeys + farmKeys + processKeys,
        // The name under which operators of Bitbucket mirrors know it.
        flatNames: ["plugin.mirroring.strict.hosting.status": "status.strict"])

    private static var nodeKeys: [Key<NodeConfiguration>] {
        [
            Key("node.name", \.node.name, .text, hasDefault: false),
            Key("node.data", \.node.data, .path),
            Key("node.clone_urls", \.node.cloneURLs, .list(of: .template, maximum: 8), .live),
            Key("node.browse_url", \.node.browseURL, .template, .live),
            Key("http.listen", \.http.listen, .address),
            Key("http.admin_listen", \.http.adminListen, .address),
            Key("http.loops", \.http.loops, .count(1...64)),
            Key("http.max_connections", \.http.maxConnections, .count(16...65_536)),
            Key("http.tls.cert_file", \.http.tls.certFile, .certificates, .live),
            Key("http.tls.key_file", \.http.tls.keyFile, .tlsKeyFile, .live),
            Key("http.token_file", \.http.tokenFile, .ownSecretFile(), .live),
            Key("http.notify_token_file", \.http.notifyTokenFile, .ownSecretFile(), .live),
            Key("http.admin_token_file", \.http.adminTokenFile, .ownSecretFile(), .live),
        ]
    }

    private static var upstreamKeys: [Key<NodeConfiguration>] {
        [
            Key("upstream.kind", \.upstream.kind, .word(later: ["heliostat", "bitbucket", "manifest"])),
            Key("upstream.path", \.upstream.path, .path),
            Key("upstream.urls", \.upstream.urls, .repositoryURLs, .live),
            Key("upstream.credentials.username", \.upstream.credentials.username, .text),
            Key("upstream.credentials.token_file", \.upstream.credentials.tokenFile, .secretFile()),
            Key("upstream.named_credentials", \.upstream.namedCredentials, .namedCredentials, .live),
            Key("upstream.ssh.key_file", \.upstream.ssh.keyFile, .sshKeyFile),
            Key("upstream.ssh.known_hosts_file", \.upstream.ssh.knownHostsFile, .path),
            Key("upstream.ca_file", \.upstream.caFile, .path),
            Key("upstream.proxy", \.upstream.proxy, .proxyURL),
            Key("upstream.per_host", \.upstream.perHost, .count(1...64)),
        ]
    }

    private static var stateKeys: [Key<NodeConfiguration>] {
        [
            Key("agent.listen", \.agent.listen, .address),
            Key("status.strict", \.status.strict, .flag, .live),
            Key("status.min_synchronized", \.status.minSynchronized, .count(1...256), .live),
            Key("status.drain_code", \.status.drainCode, .word(), .live),
            Key("ready.max_lag", \.ready.maxLag, .duration(.seconds(1) ... .days(7)), .live),
            Key("ready.resume_lag", \.ready.resumeLag, .duration(.seconds(1) ... .days(7)), .live),
            Key("ready.hold", \.ready.hold, .duration(.zero ... .hours(1)), .live),
            Key("ready.max_silence", \.ready.maxSilence, .duration(.seconds(1) ... .days(30)), .live),
            Key("start.upstream_wait", \.start.upstreamWait, .duration(.zero ... .hours(1))),
        ]
    }

    private static var syncKeys: [Key<NodeConfiguration>] {
        [
            Key("sync.interval", \.sync.interval, .duration(.seconds(1) ... .days(1)), .live),
            Key("sync.concurrency", \.sync.concurrency, .count(1...64), .live),
            Key("sync.attempts", \.sync.attempts, .count(1...100), .live),
            Key("sync.no_progress", \.sync.noProgress, .duration(.seconds(1) ... .hours(1))),
            Key("sync.total", \.sync.total, .duration(.seconds(1) ... .days(1))),
            Key("sync.first_copy_total", \.sync.firstCopyTotal, .duration(.seconds(1) ... .days(7))),
            Key("sync.max_memory", \.sync.maxMemory, .size((64 << 20)...(1 << 50))),
            Key("sync.max_pack", \.sync.maxPack, .size((1 << 20)...(1 << 50))),
            Key("sync.purge_guard.percent", \.sync.purgeGuard.percent, .percentage(0...100), .live),
            Key("sync.purge_guard.count", \.sync.purgeGuard.count, .count(0...1_000_000), .live),
            Key("sync.trash_keep", \.sync.trashKeep, .duration(.minutes(1) ... .days(365)), .live),
            Key("sync.quarantine_blocks_synchronized", \.sync.quarantineBlocksSynchronized, .flag, .live),
            Key("sync.refs.exclude", \.sync.refs.exclude, .list(of: .refPattern, maximum: 100)),
            Key("sync.fsck_ignore", \.sync.fsckIgnore, .list(of: .fsckMessage, maximum: 100)),
            Key("vet.interval", \.vet.interval, .duration(.seconds(1) ... .days(7)), .live),
        ]
    }

    private static var webhookKeys: [Key<NodeConfiguration>] {
        [
            Key("webhooks.endpoints", \.webhooks.endpoints, .webhookEndpoints, .live),
            Key("webhooks.allow", \.webhooks.allow, .list(of: .network, maximum: 100), .live),
            Key("webhooks.ca_file", \.webhooks.caFile, .certificates, .live),
            Key("webhooks.ref_limit", \.webhooks.refLimit, .count(0...100_000), .live),
            Key("webhooks.announce_initial", \.webhooks.announceInitial, .flag, .live),
            Key("webhooks.keep", \.webhooks.keep, .duration(.minutes(1) ... .days(365)), .live),
            Key("webhooks.barrier", \.webhooks.barrier, .duration(.zero ... .hours(1)), .live),
            Key("webhooks.hold", \.webhooks.hold, .duration(.seconds(10) ... .days(1)), .live),
        ]
    }

    private static var farmKeys: [Key<NodeConfiguration>] {
        [
            Key("farm.name", \.farm.name, .text),
            Key("farm.coordinator", \.farm.coordinator, .word()),
            Key("farm.redis.url", \.farm.redis.url, .redisURL),
            Key("farm.redis.username", \.farm.redis.username, .text),
            Key("farm.redis.password_file", \.farm.redis.passwordFile, .secretFile()),
            Key("farm.lease", \.farm.lease, .duration(.seconds(1) ... .hours(1))),
            Key("farm.join_wait", \.farm.joinWait, .duration(.zero ... .hours(1))),
            Key("farm.view_hold", \.farm.viewHold, .duration(.seconds(15) ... .days(1)), .live),
            Key("database.metrics.enabled", \.database.metrics.isEnabled, .flag),
            Key("database.metrics.interval", \.database.metrics.interval, .duration(.seconds(1) ... .hours(1))),
            Key("database.metrics.lease_duration", \.database.metrics.leaseDuration, .duration(.seconds(1) ... .hours(2))),
            Key("database.metrics.failover", \.database.metrics.failover, .word()),
        ]
    }

    private static var processKeys: [Key<NodeConfiguration>] {
        [
            Key("disk.low.percent", \.disk.low.percent, .percentage(0...90), .live),
            Key("disk.low.size", \.disk.low.size, .size((1 << 10)...(1 << 50)), .live),
            Key("disk.stop.percent", \.disk.stop.percent, .percentage(0...90), .live),
            Key("disk.stop.size", \.disk.stop.size, .size((1 << 10)...(1 << 50)), .live),
            Key("metrics.idle", \.metrics.idle, .duration(.seconds(1) ... .days(30)), .live),
            Key("metrics.jmx_parity", \.metrics.jmxParity, .flag, .live),
            Key("shutdown.notice", \.shutdown.notice, .duration(.zero ... .minutes(10)), .live),
            Key("shutdown.drain", \.shutdown.drain, .duration(.zero ... .hours(1)), .live),
            Key("log.level", \.log.level, .word(), .live),
            Key("log.format", \.log.format, .word()),
        ]
    }
}
