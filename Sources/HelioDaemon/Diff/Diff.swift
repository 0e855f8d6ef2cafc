internal import Foundation
internal import HelioAPI
internal import HelioNode

/// `heliostat diff A B`: reads both sides, looks once more at what is suspicious, and says what is left.
public struct Diff: Sendable {
    public struct Options: Sendable {
        /// Everything that the refs lead to is looked at, not only what they name.
        public var closely = false
        /// How long after the first look the suspicious is looked at again; nil chooses.
        public var tolerance: Duration?
        /// How long a node may say nothing.
        public var silence: Duration = .seconds(10)
        /// For nodes over TCP: one for both, or A's and B's.
        public var tokens: [Secret] = []
        /// PEM; whose certificates are believed, instead of those of the system's authorities.
        public var authoritiesFile: String?
        /// `sync.refs.exclude` of nodes that do not tell it, for an upstream that is read directly.
        public var excluded: [String] = []
        /// Whether what is packed differently is listed too.
        public var listsPacking = false

        public init() {}
    }

    /// Long enough for a synchronisation that was told by a hook to be over, and for both sides of a push to be seen.
    static let tolerance: Duration = .seconds(30)
    /// Where a node tells only hashes, and so not when it last looked at the upstream: the default `sync.interval` of three minutes
    /// and one for the synchronisation, so that it has looked at least once.
    static let blindTolerance: Duration = .seconds(240)

    private let arguments: [DiffPlace: (text: String, argument: DiffArgument)]
    private let options: Options

    /// - Parameters:
    ///   - a: as the command line takes it, like `b`.
    public init(_ a: String, _ b: String, _ options: Options) throws(DiffProblem) {
        let sides = (try DiffArgument(a), try DiffArgument(b))
        if sides.0 == .standardInput, sides.1 == .standardInput {
            throw .usage("standard input can be one side only: it is read once")
        }
        arguments = [.a: (a, sides.0), .b: (b, sides.1)]
        self.options = options
    }

    /// Ends what it has started when the process is told to end.
    /// - Parameter progress: gets a line now and then, for whoever waits.
    public func run(_ progress: @escaping @Sendable (String) -> Void = { _ in }) async throws(DiffProblem) -> DiffOutcome {
        let hasGit = DiffPlace.allCases.contains { if case .upstream = argument($0) { true } else { false } }
        // Without git of our own there is nothing to end: a signal may kill.
        guard hasGit else { return try await compare(progress) }
        do {
            return try await UntilSignalled.run { () async throws(DiffProblem) in try await compare(progress) }
        } catch let problem as DiffProblem {
            throw problem
        } catch {
            throw .incomparable("signals cannot be watched for: \(error)")
        }
    }

    private func compare(_ progress: @Sendable (String) -> Void) async throws(DiffProblem) -> DiffOutcome {
        let sources = try await open()
        var (a, b) = try await tell(sources.a, sources.b, only: nil)
        let isBlind = [(DiffPlace.a, a), (.b, b)].contains { place, told in isLive(place) && !told.looksAtDisks }
        let tolerance = options.tolerance ?? (isBlind ? Self.blindTolerance : Self.tolerance)
        var report = report(a, b, tolerance)
        var lookedAgain = 0
        // What was saved does not change by waiting.
        if !report.suspects.isEmpty, isLive(.a) || isLive(.b) {
            lookedAgain = report.suspects.count
            progress("\(lookedAgain) to be looked at again in \(Units.text(tolerance))")
            do { try await Task.sleep(for: tolerance) } catch { throw .incomparable("cancelled") }
            let later = try await tell(sources.a, sources.b, only: report.suspects)
            a.take(later.0, of: report.suspects)
            b.take(later.1, of: report.suspects)
            report = self.report(a, b, tolerance)
        }
        return DiffOutcome(
            a: description(.a, a), b: description(.b, b), report: report, tolerance: tolerance, lookedAgain: lookedAgain,
            notes: notes(a, b))
    }

    private func report(_ a: DiffTelling, _ b: DiffTelling, _ tolerance: Duration) -> DiffReport {
        DiffReport(a.side, b.side, at: SystemClock.monotonic(), tolerance: tolerance, listsPacking: options.listsPacking)
    }

    // MARK: Sides

    private func argument(_ place: DiffPlace) -> DiffArgument {
        guard let side = arguments[place] else { preconditionFailure("both sides are given") }
        return side.argument
    }

    private func isLive(_ place: DiffPlace) -> Bool {
        switch argument(place) {
        case .node, .upstream: true
        case .hashes, .standardInput: false
        }
    }

    private func open() async throws(DiffProblem) -> (a: any DiffSource, b: any DiffSource) {
        var nodes: [DiffPlace: NodeSource] = [:]
        for place in DiffPlace.allCases {
            if case .node(let address) = argument(place) { nodes[place] = try await node(address, place) }
        }
        if let one = nodes[.a]?.header, let other = nodes[.b]?.header, one.fingerprint != other.fingerprint {
            throw .incomparable(
                "the nodes mirror different upstreams: A \(Screen.printable(one.upstream)), B \(Screen.printable(other.upstream))")
        }
        let excluded = nodes.values.compactMap(\.header).first?.refsExclude ?? options.excluded
        return (try source(.a, nodes, excluded), try source(.b, nodes, excluded))
    }

    private struct NodeSource {
        let source: any DiffSource
        /// nil where the node does not let its disk be looked at.
        let header: InspectionHeader?
    }

    private func node(_ address: NodeAddress, _ place: DiffPlace) async throws(DiffProblem) -> NodeSource {
        var token: Secret?
        if case .tcp = address {
            token = place == .b ? options.tokens.last : options.tokens.first
        }
        let client = NodeClient(address, token: token, authoritiesFile: options.authoritiesFile, timeout: options.silence)
        if case .tcp = address, token == nil { return NodeSource(source: HashedNode(client), header: nil) }
        let inspected = InspectedNode(client, closely: options.closely)
        guard let header = try await inspected.header() else { return NodeSource(source: HashedNode(client), header: nil) }
        return NodeSource(source: inspected, header: header)
    }

    private func source(
        _ place: DiffPlace, _ nodes: [DiffPlace: NodeSource], _ excluded: [String]
    ) throws(DiffProblem) -> any DiffSource {
        switch argument(place) {
        case .node:
            guard let node = nodes[place] else { preconditionFailure("every node has been asked") }
            return node.source
        case .upstream(let path): return try UpstreamRepositories(path, excluding: excluded, closely: options.closely)
        case .hashes(let path): return try SavedHashes(try HashesFile.read(path), from: quoted(path))
        case .standardInput: return try SavedHashes(try HashesFile.read("/dev/stdin"), from: "standard input")
        }
    }

    /// Both at once: the less time lies between the two readings, the less of what differs is only in flight.
    private func tell(
        _ a: any DiffSource, _ b: any DiffSource, only: Set<RepositoryID>?
    ) async throws(DiffProblem) -> (DiffTelling, DiffTelling) {
        async let mine = Self.result { () throws(DiffProblem) in try await a.tell(only) }
        async let theirs = Self.result { () throws(DiffProblem) in try await b.tell(only) }
        return (try await mine.get(), try await theirs.get())
    }

    private static func result(
        _ body: @Sendable () async throws(DiffProblem) -> DiffTelling
    ) async -> Result<DiffTelling, DiffProblem> {
        do throws(DiffProblem) { return .success(try await body()) } catch { return .failure(error) }
    }

    // MARK: Words

    private func description(_ place: DiffPlace, _ telling: DiffTelling) -> DiffSideDescription {
        let (text, argument) = arguments[place] ?? ("", .standardInput)
        let (kind, source): (DiffSideDescription.Kind, String) =
            switch argument {
            case .node(let address): (.node, "\(address)")
            case .upstream(let path): (.upstream, path)
            case .hashes(let path): (.hashes, path)
            case .standardInput: (.hashes, text)
            }
        return DiffSideDescription(
            kind: kind, source: source, name: telling.name, state: telling.state, looksAtDisks: telling.looksAtDisks,
            backlog: telling.side.backlog)
    }

    private func notes(_ a: DiffTelling, _ b: DiffTelling) -> [String] {
        var notes: [String] = []
        for (place, telling) in [(DiffPlace.a, a), (.b, b)] {
            if !telling.looksAtDisks {
                notes.append("\(place.rawValue): compared by hashes alone; refs, objects, bytes and what its disk holds are unknown there")
            }
            notes += telling.notes.map { "\(place.rawValue): \($0)" }
        }
        let (mine, theirs) = (a.side.readings, b.side.readings)
        if !mine.isEmpty, !theirs.isEmpty, !mine.keys.contains(where: { theirs[$0] != nil }) {
            notes.append("no repository is on both sides: are they of one upstream?")
        }
        return notes
    }
}

/// Bytes of a `repo-hashes` document that somebody saved, or that a pipe brings.
enum HashesFile {
    private static let limit = 512 << 20

    static func read(_ path: String) throws(DiffProblem) -> [UInt8] {
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }  // read only: nothing can be lost
            var bytes: [UInt8] = []
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
                bytes.append(contentsOf: piece)
                guard bytes.count <= limit else { throw DiffProblem.incomparable("\(quoted(path)) is longer than 512 MiB") }
            }
            return bytes
        } catch let problem as DiffProblem {
            throw problem
        } catch {
            throw .incomparable("\(quoted(path)) cannot be read: \(error.localizedDescription)")
        }
    }
}
