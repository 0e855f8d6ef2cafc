import HelioNode

/// What a conversation's node wants to have counted, added up until somebody asks.
struct Tally {
    private var lines: [String: Int] = [:]

    /// - Returns: nil: a fact is not worth a line of its own.
    mutating func note(_ fact: NodeFact) -> String? {
        switch fact {
        case .discoveryEnded(let status, let scope, let duration):
            add("discovery \(status.rawValue) (\(name(scope))) after \(seconds(duration))")
        case .requestSatisfied(let cycle): add("request satisfied after \(seconds(cycle))")
        case .repositoryListed(let duration): add("repository listed after \(seconds(duration))")
        case .repositoriesSettled(let outcome, let trigger, let count):
            add("repository \(outcome.rawValue) by \(trigger.rawValue)", count)
        case .projectsEnded(let ends):
            for end in ends { add("project \(end.status.rawValue) after \(seconds(end.duration))") }
        case .vetStarted(_, let repositories): add("vet of \(repositories) repositories")
        }
        return nil
    }

    mutating func tell() -> [String] {
        defer { lines = [:] }
        return lines.map { "\($0.value) x \($0.key)" }.sorted()
    }

    private mutating func add(_ line: String, _ count: Int = 1) { lines[line, default: 0] += count }

    private func seconds(_ duration: Duration) -> String { "\(Int(duration.inSeconds))s" }

    private func name(_ scope: RunScope) -> String {
        switch scope {
        case .all: "all"
        case .project(let key): "\(key)"
        case .repository(let name): "\(name)"
        }
    }
}
