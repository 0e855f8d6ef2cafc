import Glibc
import HelioAPI
import HelioHTTP
import HelioLock
import HelioLoop
import HelioMetrics
import HelioNode
import HelioStore

/// One running node: the loop, the servers, the driver, and the signals that steer it.
final class NodeProcess: Sendable {
    let configurationPath: String
    let configuration: Locked<NodeConfiguration>
    /// A reload has changed the upstream, and the node does not use it yet.
    let owesUpstream = Locked(false)
    let tokens: TokenFiles
    let tls: TLSFiles
    let output: LogOutput
    let log: NodeLog
    /// The first does everything; the others, if any, answer on `http.listen` beside it.
    let loops: [EventLoop]
    let inherited: InheritedSockets
    let supervisor: Supervisor
    let watchdog: Watchdog
    let board: NodeBoard
    let driver: NodeDriver
    let metrics: NodeMetrics
    let scrape: Scrape
    private let sampling: TimerSampling
    let publicServer: HTTPServerGroup
    let adminServer: HTTPServer
    let socketServer: HTTPServer
    let agent: AgentServer
    /// Speaks to receivers of webhooks.
    let poster: Poster

    init(
        path: String, _ configuration: NodeConfiguration, _ tokens: TokenFiles, _ tls: TLSFiles, _ output: LogOutput, _ log: NodeLog
    ) throws(LoopError) {
        configurationPath = path
        self.configuration = Locked(configuration)
        self.tokens = tokens
        self.tls = tls
        self.output = output
        self.log = log
        loops = try Self.startLoops(configuration.http.loops)
        let loop = loops[0]
        inherited = InheritedSockets(environment: ProcessEnvironment.current(), processID: getpid())
        supervisor = Supervisor(environment: ProcessEnvironment.current(), processID: getpid())
        watchdog = Watchdog(loops: loops, supervisor: supervisor)
        let machine = NodeMachine(settings: configuration.settings, seed: .random(in: .min ... .max), now: SystemClock.now())
        metrics = NodeMetrics(configuration.metrics, isAlone: configuration.farm.coordinator == .standalone)
        board = NodeBoard(identity: NodeIdentity(configuration), snapshot: machine.snapshot(), coordinator: configuration.farm.coordinator.rawValue)
        driver = NodeDriver(machine, board: board, log: log, metrics: metrics, supervisor: supervisor)
        let connections = (tcp: OpenConnections(), admin: OpenConnections(), socket: OpenConnections())
        scrape = Scrape(
            metrics, board: board, connections: [connections.tcp, connections.admin, connections.socket],
            certificateEnd: { [shown = tls.current] in shown()?.notAfter })
        let commands = NodeCommands(driver: driver, output: output)
        let source = scrape.makeSource()
        sampling = TimerSampling(history: source.history)
        let routers = NodeRouters(
            board: board, commands: commands, tokens: tokens.current, metrics: source,
            movesAdministration: configuration.http.adminListen != nil || !inherited.admin.isEmpty)
        // All have the same patterns in the same order, so one table counts for all.
        let http = HTTPMetrics(metrics.registry, routes: routers.socket.patterns)
        publicServer = HTTPServerGroup(
            loops: loops, configuration: Self.limits(configuration.http), router: routers.open, openConnections: connections.tcp
        ) { http.record($0) }
        let few = Self.administrationLimits
        adminServer = HTTPServer(loop: loop, configuration: few, router: routers.admin, openConnections: connections.admin) { http.record($0) }
        socketServer = HTTPServer(loop: loop, configuration: few, router: routers.socket, openConnections: connections.socket) { http.record($0) }
        agent = AgentServer(loop: loop) { [board] in AgentAnswer.line(board.snapshot, at: SystemClock.monotonic()) }
        poster = try Poster(loop: loop) { [configuration = self.configuration] in configuration.withLock(\.webhooks) }
        let lag = metrics.state.loopLag
        for loop in loops { loop.observeLag { lag.observe($0) } }
    }

    private static func startLoops(_ count: Int) throws(LoopError) -> [EventLoop] {
        var loops = [try EventLoop.start()]
        for number in 1..<max(count, 1) { loops.append(try EventLoop.start(name: "loop \(number + 1)")) }
        return loops
    }

    /// Of each of the two listeners that are not for clients: what the node's own work needs is among the same descriptors.
    private static let administrationLimits: HelioHTTP.Configuration = {
        var limits = HelioHTTP.Configuration()
        limits.connections = DescriptorLimit.administration
        return limits
    }()

    private static func limits(_ http: NodeConfiguration.HTTP) -> HelioHTTP.Configuration {
        DescriptorLimit.raise(for: http.maxConnections)
        var limits = HelioHTTP.Configuration()
        limits.connections = DescriptorLimit.connections(http.maxConnections)
        return limits
    }

    func makeHands(_ adapters: Adapters) -> Hands {
        let hands = Hands(
            adapters: adapters, boot: board.identity.boot, metrics: metrics, log: log,
            runs: { [board] in board.snapshot.runs }, configuration: { [configuration] in configuration.withLock { $0 } },
            post: { [poster] in await poster.post($0) })
        scrape.opened(hands)
        return hands
    }

    /// - Returns: the exit code.
    func run() async -> Int32 {
        let signals = loops[0].signals(SIGTERM, SIGINT)
        let hangups = loops[0].signals(SIGHUP)
        do throws(LoopError) {
            try await listen()
        } catch {
            log.error("cannot listen", ["error": "\(error)"])
            return ProcessExit.failed
        }
        watchdog.start()
        Task { await sampling.run() }
        Task { await board.tidy() }
        // Whichever ends first ends the process: a stop need not wait for a start that hangs.
        let (endings, end) = AsyncStream.makeStream(of: Int32.self)
        Task { end.yield(await obey(signals)) }
        // A stream of their own: a storm of reloads neither delays nor displaces a request to stop.
        Task { for await _ in hangups { await reload() } }
        Task { if let code = await open() { end.yield(code) } }
        Task { end.yield(await outliveError()) }
        if output.isTerminal { Task { await showProgress() } }
        for await code in endings { return code }
        return ProcessExit.failed
    }

    /// While the first synchronisation runs, a bar below the log.
    private func showProgress() async {
        while board.snapshot.state != .synchronized, board.snapshot.state != .stopping {
            let footer = board.snapshot.firstList.map { list in
                let bar = ProgressBar(done: list.done, total: list.total, columns: 70)
                return "first sync \(bar.full)\(bar.rest)\(bar.figures)"
            }
            output.show(footer: footer)
            try? await Task.sleep(for: .milliseconds(250))  // never cancelled
        }
        output.show(footer: nil)
    }

    /// - Returns: the exit code when there is nobody to show an ERROR to; else nil.
    private func open() async -> Int32? {
        switch await StorageOpening(self).run() {
        case .opened, .failed(stays: true): nil
        case .failed(stays: false): ProcessExit.failed
        }
    }

    /// Whatever has brought the node to ERROR: it answers 503 for a while, so that whoever watches it sees why, and ends.
    private func outliveError() async -> Int32 {
        for await _ in driver.errors { break }
        try? await Task.sleep(for: Self.errorShown)  // never cancelled
        return ProcessExit.failed
    }

    private static let errorShown = Duration.seconds(30)

    /// Acts on signals until the node has stopped; a second request to stop skips the waiting.
    /// - Returns: the exit code.
    private func obey(_ signals: AsyncStream<Int32>) async -> Int32 {
        let (steps, next) = AsyncStream.makeStream(of: Step.self)
        Task { for await _ in signals { next.yield(.stop) } }
        var stopping: Task<Void, Never>?
        for await step in steps {
            switch step {
            case .stop:
                if let stopping {
                    stopping.cancel()
                } else {
                    stopping = Task {
                        await stop()
                        next.yield(.stopped)
                    }
                }
            case .stopped: return await driver.hasFailed ? ProcessExit.failed : ProcessExit.done
            }
        }
        return ProcessExit.failed
    }

    private enum Step: Sendable { case stop, stopped }
}
