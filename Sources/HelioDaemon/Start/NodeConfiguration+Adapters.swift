import HelioGit
import HelioHTTP
import HelioNode

/// What each subsystem gets of the configuration.
extension NodeConfiguration {
    var settings: NodeSettings {
        var settings = NodeSettings()
        settings.strict = status.strict
        settings.drainCode = status.drainCode.status
        settings.syncInterval = sync.interval
        settings.syncConcurrency = sync.concurrency
        settings.syncAttempts = sync.attempts
        settings.quarantineBlocksSynchronized = sync.quarantineBlocksSynchronized
        settings.purgeGuardFraction = sync.purgeGuard.percent.fraction
        settings.purgeGuardAtLeast = sync.purgeGuard.count
        settings.vetInterval = vet.interval
        settings.upstreamWait = start.upstreamWait
        settings.lag = LagHysteresis.Limits(leave: ready.maxLag, enter: ready.resumeLag, hold: ready.hold)
        settings.maxSilence = ready.maxSilence
        settings.disk.lowFraction = disk.low.percent.fraction
        settings.disk.lowBytes = disk.low.size
        settings.disk.stopFraction = disk.stop.percent.fraction
        settings.disk.stopBytes = disk.stop.size
        settings.farmJoinWait = farm.coordinator == .standalone ? nil : farm.joinWait
        return settings
    }

    var farmSettings: FarmSettings {
        var settings = FarmSettings()
        settings.isAlone = farm.coordinator == .standalone
        settings.minimumSynchronized = status.minSynchronized
        settings.viewHold = farm.viewHold
        settings.lease = farm.lease
        settings.inventoryLease = database.metrics.leaseDuration
        settings.inventoryIsRetried = database.metrics.failover == .retry
        settings.barrier = webhooks.barrier
        settings.hold = webhooks.hold
        settings.vetLimit = vet.interval
        return settings
    }

    var git: GitConfiguration {
        var git = GitConfiguration(data: node.data)
        git.noProgress = sync.noProgress
        git.total = sync.total
        git.firstCopyTotal = sync.firstCopyTotal
        git.maxMemory = sync.maxMemory
        git.maxPack = sync.maxPack
        git.fsckIgnore = sync.fsckIgnore
        git.refsExclude = sync.refs.exclude
        git.caFile = upstream.caFile
        git.proxy = upstream.proxy
        git.perHost = upstream.perHost
        if let username = upstream.credentials.username, let file = upstream.credentials.tokenFile {
            git.credentials = GitCredentials(username: username, tokenFile: file)
        }
        for named in upstream.namedCredentials {
            git.namedCredentials[named.name] = GitCredentials(username: named.username, tokenFile: named.tokenFile)
        }
        if let key = upstream.ssh.keyFile, let hosts = upstream.ssh.knownHostsFile {
            git.ssh = GitSSH(keyFile: key, knownHostsFile: hosts)
        }
        return git
    }

    func makeUpstream(_ git: Git) throws(Failure) -> any HelioGit.Upstream {
        switch upstream.kind {
        case .directory: return try DirectoryUpstream(path: upstream.path ?? "", git: git)
        case .urls:
            let entries = upstream.urls.map {
                URLUpstream.Entry(
                    project: $0.name.project.description, slug: $0.name.slug.description, url: $0.url, credentials: $0.credentials)
            }
            return try URLUpstream(entries, git: git)
        }
    }
}
