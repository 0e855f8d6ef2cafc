import HelioMetrics
import HelioNode

/// The timers that monitors of Bitbucket mirrors know, under their names. A node by itself is a farm of one: what it does is what
/// the farm does, and all nodes have answered when it has. In a farm, whoever begins an operation times it until all have answered.
struct NodeTimers: Sendable {
    private let content: [SyncKind: Timer]
    private let distributeFetch: [SyncKind: Timer]
    private let vet: Timer
    private let allProjects: Timer
    private let singleProject: Timer
    private let repositoryMetadata: Timer
    private let cycleTime: Timer
    private let operations: [MirrorOperation: OperationTimers]
    private let isAlone: Bool

    private struct OperationTimers: Sendable {
        let local: (success: Timer, error: Timer)
        let distributed: [DistributedOutcome: Timer]
    }

    init(_ registry: Registry, isAlone: Bool, at now: Tick) {
        self.isAlone = isAlone
        func timer(_ name: String) -> Timer { registry.timer(name, at: now) }
        func kinds(_ name: String) -> [SyncKind: Timer] {
            Dictionary(uniqueKeysWithValues: SyncKind.allCases.map { ($0, timer("\(name).\($0.rawValue)")) })
        }
        content = kinds("farm.synchronize.content")
        distributeFetch = kinds("farm.distribute-fetch")
        vet = timer("farm.vet")
        allProjects = timer("farm.synchronize.metadata.all-projects")
        singleProject = timer("farm.synchronize.metadata.single-project")
        repositoryMetadata = timer("farm.synchronize.metadata.repository")
        cycleTime = timer("request.synchronize.cycle-time")
        operations = Dictionary(
            uniqueKeysWithValues: MirrorOperation.allCases.map { ($0, Self.operation($0, registry, at: now)) })
    }

    private static func operation(_ operation: MirrorOperation, _ registry: Registry, at now: Tick) -> OperationTimers {
        func timer(_ reach: String, _ outcome: String) -> Timer {
            registry.timer("operation.\(reach).\(operation.rawValue)", outcome: outcome, at: now)
        }
        // Nobody can answer late or otherwise in a farm of one: there, and empty.
        return OperationTimers(
            local: (timer("local", "success"), timer("local", "error")),
            distributed: Dictionary(
                uniqueKeysWithValues: DistributedOutcome.allCases.map { ($0, timer("distributed", $0.rawValue)) }))
    }

    /// All nodes have answered, or will not any more.
    func distributed(_ operation: MirrorOperation, _ outcome: DistributedOutcome, in duration: Duration) {
        operations[operation]?.distributed[outcome]?.record(duration, at: .now())
    }

    /// All nodes hold what a synchronisation brought.
    func synchronizedEverywhere(_ kind: SyncKind, in duration: Duration) { content[kind]?.record(duration, at: .now()) }

    /// The objects are here.
    func fetched(_ kind: SyncKind, in duration: Duration) { distributeFetch[kind]?.record(duration, at: .now()) }

    /// A request that succeeded.
    /// - Parameters:
    ///   - kind: nil when nothing had to be changed.
    ///   - cycle: since the request was made.
    func synchronized(_ kind: SyncKind?, in duration: Duration, cycle: Duration) {
        let now = Tick.now()
        if let kind, isAlone { content[kind]?.record(duration, at: now) }
        cycleTime.record(cycle, at: now)
    }

    /// A request that another one's work has answered.
    /// - Parameter cycle: since it was made.
    func satisfied(cycle: Duration) { cycleTime.record(cycle, at: .now()) }

    func listed(_ scope: RunScope, in duration: Duration) {
        switch scope {
        case .all: allProjects.record(duration, at: .now())
        case .project: singleProject.record(duration, at: .now())
        case .repository: repositoryMetadata.record(duration, at: .now())
        }
    }

    func repositoryListed(in duration: Duration) { repositoryMetadata.record(duration, at: .now()) }

    func vetted(in duration: Duration, failed: Bool) {
        if !failed { vet.record(duration, at: .now()) }
        ended(.vet, in: duration, failed: failed)
    }

    func ended(_ operation: MirrorOperation, in duration: Duration, failed: Bool) {
        guard let timers = operations[operation] else { return }
        let now = Tick.now()
        (failed ? timers.local.error : timers.local.success).record(duration, at: now)
        // Deletions are every node's own; the rest is timed by whoever began it.
        guard isAlone || operation == .delete else { return }
        timers.distributed[failed ? .error : .success]?.record(duration, at: now)
    }

    /// Times `body`, which fails by throwing.
    func time<Value>(_ operation: MirrorOperation, _ body: () async throws -> Value) async throws -> Value {
        let start = SystemClock.monotonic()
        do {
            let value = try await body()
            ended(operation, in: SystemClock.monotonic() - start, failed: false)
            return value
        } catch {
            ended(operation, in: SystemClock.monotonic() - start, failed: true)
            throw error
        }
    }
}
