/// Waiting repositories, one lane per project, served in turn: a project with ten thousand entries delays another by one.
///
/// Removal is lazy: the owner keeps the truth and skips tickets that no longer stand for an entry.
struct FairLanes: Sendable {
    struct Ticket: Sendable {
        let repository: RepositoryID
        let number: UInt64
    }

    private var lanes: [ProjectID: Fifo<Ticket>] = [:]
    private var turn = Fifo<ProjectID>()

    mutating func append(_ ticket: Ticket, project: ProjectID) {
        if lanes[project] == nil { turn.append(project) }
        lanes[project, default: Fifo()].append(ticket)
    }

    mutating func popFirst() -> Ticket? {
        while let project = turn.popFirst() {
            guard let ticket = lanes[project]?.popFirst() else {
                lanes[project] = nil
                continue
            }
            if lanes[project]?.isEmpty == true { lanes[project] = nil } else { turn.append(project) }
            return ticket
        }
        return nil
    }
}
