internal import HelioAPI
internal import HelioNode

/// A node that lets its disk be looked at: over its socket, or over TCP with the token of administration.
struct InspectedNode: DiffSource {
    /// Repositories asked for in one question, as the node takes them.
    private static let batch = 100
    /// Above this it is less work to look at everything again.
    private static let batchedLimit = 5000

    private let client: NodeClient
    private let closely: Bool

    init(_ client: NodeClient, closely: Bool) {
        self.client = client
        self.closely = closely
    }

    /// Who the node is, without a look at any repository.
    /// - Returns: nil when it knows of no inspections, being of another version.
    func header() async throws(DiffProblem) -> InspectionHeader? {
        // No repository has this id: ids are not negative.
        try await hear("?ids=-1")?.header
    }

    func tell(_ only: Set<RepositoryID>?) async throws(DiffProblem) -> DiffTelling {
        var whole: DiffTelling?
        for question in questions(only) {
            guard let heard = try await hear(question) else {
                throw .incomparable("\(client.address) does not answer /admin/inspection any more")
            }
            let telling = try heard.telling(client.address)
            whole = whole?.joined(with: telling) ?? telling
        }
        return whole ?? DiffTelling(side: DiffSide(role: .mirror))
    }

    private func questions(_ only: Set<RepositoryID>?) -> [String] {
        let depth = closely ? "full=true" : "full=false"
        guard let only, only.count <= Self.batchedLimit else { return ["?\(depth)"] }
        let ids = only.sorted()
        return stride(from: 0, to: ids.count, by: Self.batch).map { start in
            "?\(depth)&ids=" + ids[start..<min(start + Self.batch, ids.count)].map { String($0.value) }.joined(separator: ",")
        }
    }

    private func hear(_ question: String) async throws(DiffProblem) -> HeardInspection? {
        let client = client
        let outcome = await OffPool.run { () -> Result<HeardInspection?, DiffProblem> in
            var heard = HeardInspection()
            do throws(ClientError) {
                guard let refusal = try client.stream("/admin/inspection" + question, { heard.take($0, at: SystemClock.monotonic()) }) else {
                    return .success(heard)
                }
                return [403, 404].contains(refusal.status) ? .success(nil) : .failure(.incomparable("\(client.address) answered \(refusal.status): \(refusal.message)"))
            } catch {
                return .failure(.incomparable(error.description))
            }
        }
        guard let outcome else { throw .incomparable("cancelled") }
        return try outcome.get()
    }
}

extension DiffTelling {
    fileprivate func joined(with next: DiffTelling) -> DiffTelling {
        var joined = next
        joined.side.readings.merge(side.readings) { later, _ in later }
        return joined
    }
}

/// Takes the lines of an inspection as they come.
struct HeardInspection: Sendable {
    private(set) var header: InspectionHeader?
    private var readings: [RepositoryID: DiffReading] = [:]
    private var end: InspectionEnd?
    private var line: [UInt8] = []

    /// - Returns: why it cannot be used.
    mutating func take(_ piece: ArraySlice<UInt8>, at now: MonotonicTime) -> String? {
        var rest = piece
        while let newline = rest.firstIndex(of: 0x0A) {
            line.append(contentsOf: rest[..<newline])
            rest = rest[(newline + 1)...]
            if !line.isEmpty, let complaint = takeLine(at: now) { return complaint }
            line.removeAll(keepingCapacity: true)
        }
        line.append(contentsOf: rest)
        return line.count > InspectionLine.limit ? "a line of it does not end" : nil
    }

    private mutating func takeLine(at now: MonotonicTime) -> String? {
        do throws(InspectionProblem) {
            switch try InspectionLine(line) {
            case .header(let header):
                guard self.header == nil else { return "it begins twice" }
                self.header = header
            case .repository(let repository):
                guard header != nil, end == nil else { return "a repository stands outside of it" }
                guard readings.count < RepositoryHashes.limit else { return "it has more than \(RepositoryHashes.limit) repositories" }
                let reading = DiffReading(repository, at: now)
                guard readings.updateValue(reading, forKey: repository.id) == nil else {
                    return "repository \(repository.id.value) stands in it twice"
                }
            case .end(let end):
                guard self.end == nil else { return "it ends twice" }
                self.end = end
            }
            return nil
        } catch {
            return error.description
        }
    }

    func telling(_ address: NodeAddress) throws(DiffProblem) -> DiffTelling {
        guard let header, let end, end.repositories == readings.count, line.isEmpty else {
            throw .incomparable("the answer of \(address) cannot be used: it is cut")
        }
        return DiffTelling(
            side: DiffSide(role: .mirror, readings: readings, backlog: end.backlog), name: header.node, state: header.state)
    }
}

extension DiffReading {
    fileprivate init(_ repository: InspectedRepository, at now: MonotonicTime) {
        self.init(
            id: repository.id, project: repository.project, name: repository.name, content: repository.content,
            metadata: repository.metadata,
            standing: DiffStanding(
                hasCopy: repository.hasCopy, status: repository.status, outstandingSince: repository.outstanding.map { now - $0 },
                isChanging: repository.isChanging),
            disk: repository.disk, confirmedAt: repository.confirmed.map { now - $0 }, heldSince: repository.changed.map { now - $0 })
    }
}
