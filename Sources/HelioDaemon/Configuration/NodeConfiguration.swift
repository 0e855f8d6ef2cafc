/// Everything an operator can set, with the defaults that an empty file gives.
///
/// The initial values here are the only place where a default stands. `Schema.node` says how each key is read and what its
/// bounds are; `conf/heliostat.yaml` explains it, and a test holds the two together. Paths are absolute once loaded.
public struct NodeConfiguration: Sendable, Equatable {
    public var node = Node()
    public var http = HTTP()
    public var upstream = Upstream()
    public var agent = Agent()
    public var status = Status()
    public var ready = Ready()
    public var start = Start()
    public var sync = Sync()
    public var vet = Vet()
    public var disk = Disk()
    public var metrics = Metrics()
    public var webhooks = Webhooks()
    public var farm = Farm()
    public var database = Database()
    public var shutdown = Shutdown()
    public var log = Log()

    public init() {}

    public struct Node: Sendable, Equatable {
        /// The host name unless the file says otherwise.
        public var name = HostName.current()
        /// Repositories, database, trash and the administration socket live below it.
        public var data = "/var/lib/heliostat"
        /// Templates with `{project}` and `{repository}`: where clients clone from this node.
        public var cloneURLs: [String] = []
        /// Template with `{project}` and `{repository}`: where people browse a repository of this node.
        public var browseURL: String?

        /// The administration socket (mode 0600).
        public var socket: String { data + "/heliostat.sock" }
    }

    public struct HTTP: Sendable, Equatable {
        public var listen = HostPort(host: "127.0.0.1", port: 7990)
        /// Where metrics and administration are answered instead; nil for the same address.
        public var adminListen: HostPort?
        /// Threads that answer on `listen`.
        public var loops = 1
        /// Open at once on `listen`; administration has a few of its own (`DescriptorLimit`).
        public var maxConnections = 10_000
        public var tls = TLS()
        /// Its token is asked for by the REST interface and the status page; nil leaves them open.
        public var tokenFile: String?
        /// Its token allows `POST /notify` on TCP and nothing else; nil leaves that to the socket.
        public var notifyTokenFile: String?
        /// Its token allows administration on TCP; nil leaves that to the socket.
        public var adminTokenFile: String?
    }

    /// What the TCP listeners of HTTP prove themselves with; both or neither.
    public struct TLS: Sendable, Equatable {
        /// PEM: the node's certificate, then those between it and its authority.
        public var certFile: String?
        /// PEM: the private key of the first certificate.
        public var keyFile: String?
    }

    public struct Agent: Sendable, Equatable {
        /// Where HAProxy's agent check is answered; nil for nowhere.
        public var listen: HostPort?
    }

    public struct Status: Sendable, Equatable {
        /// Only SYNCHRONIZED answers 200, whatever the other nodes are.
        public var strict = false
        /// SYNCHRONIZED nodes that the others wait for before they give up their 200.
        public var minSynchronized = 1
        /// What a drained node answers.
        public var drainCode = DrainCode.unavailable
    }

    public enum DrainCode: String, Sendable, CaseIterable {
        case unavailable = "503", notFound = "404"

        var status: Int { self == .notFound ? 404 : 503 }
    }

    public struct Metrics: Sendable, Equatable {
        /// How long nothing may have been timed before a timer's quantiles are NaN for Prometheus.
        public var idle: Duration = .minutes(15)
        /// Whether `/metrics` has what only JMX had: mean, deviation, extremes and rates of the timers.
        public var jmxParity = true
    }

    public struct Ready: Sendable, Equatable {
        /// Lag above which `/readyz` answers 503.
        public var maxLag: Duration = .minutes(10)
        /// Lag below which it may answer 200 again; at most `maxLag`.
        public var resumeLag: Duration = .minutes(5)
        /// How long the lag must have stayed below `resumeLag`.
        public var hold: Duration = .seconds(60)
        /// Time without any contact with the upstream after which `/readyz` answers 503.
        public var maxSilence: Duration = .hours(24)
    }

    public struct Start: Sendable, Equatable {
        /// How long a node that was SYNCHRONIZED before waits for a silent upstream before it goes on with what it has.
        public var upstreamWait: Duration = .seconds(60)
    }

    public struct Vet: Sendable, Equatable {
        public var interval: Duration = .hours(1)
    }

    public struct Disk: Sendable, Equatable {
        /// Free space below which a warning is given.
        public var low = FreeSpace(percent: Percentage(10), size: 50 << 30)
        /// Free space below which no new synchronisation starts.
        public var stop = FreeSpace(percent: Percentage(5), size: 5 << 30)
    }

    public struct Shutdown: Sendable, Equatable {
        /// How long a stopping node keeps serving, so that balancers see its 503.
        public var notice: Duration = .seconds(10)
        /// How long what runs may take to finish after that.
        public var drain: Duration = .seconds(30)
    }

    public struct Log: Sendable, Equatable {
        public var level = LogLevel.info
        public var format = LogFormat.auto
    }

    public enum LogLevel: String, Sendable, Equatable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    public enum LogFormat: String, Sendable, Equatable, CaseIterable {
        /// Text on a terminal, JSON lines otherwise.
        case auto
        case text, json
    }
}
