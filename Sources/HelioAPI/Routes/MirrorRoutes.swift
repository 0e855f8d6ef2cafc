import HelioHTTP
import HelioJSON
import HelioNode

/// What clients of a mirror ask: how far it is, who is in the farm, where a repository is found.
enum MirrorRoutes {
    /// What the original allows.
    static let delayedLimit = 100
    private static let root = "/rest/mirroring/latest"

    static func add(to router: inout Router, _ board: NodeBoard, _ commands: NodeCommands) {
        router.answer(.get, root + "/progress") { _ in .json { $0.value(ProgressAnswer(board.page.snapshot)) } }
        router.answer(.get, root + "/farmNodes") { _ in
            let page = board.page
            return .json { json in
                json.array { json in
                    json.value(FarmNode(identity: page.identity, isLocal: true))
                    for member in page.farm.members.dropFirst() { json.value(FarmNode(member)) }
                }
            }
        }
        router.answer(.get, root + "/upstreamServer") { _ in
            let page = board.page
            return .json {
                $0.value(UpstreamServer(upstream: page.identity.upstream, hasBeenReached: page.snapshot.lastContact != nil))
            }
        }
        router.answer(.get, root + "/mirrorRepos/delayed-sync") { request throws(Rejection) in
            try delayed(board.page.snapshot, request, at: commands.now().monotonic)
        }
        router.answer(.get, root + "/mirrorRepos/{}") { request throws(Rejection) in
            try repository(board.page, id: request.parameter(0))
        }
    }

    private static func repository(_ page: NodeBoard.Page, id: String) throws(Rejection) -> Response {
        guard id.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(id),
            let entry = page.snapshot.catalogue[RepositoryID(number)]
        else { throw .notFound("There is no such repository.") }
        return .json { $0.value(MirroredRepository(entry: entry, identity: page.identity)) }
    }

    private static func delayed(
        _ snapshot: NodeSnapshot, _ request: borrowing Request, at now: MonotonicTime
    ) throws(Rejection) -> Response {
        let limit = try request.integer("limit", in: 1...delayedLimit) ?? delayedLimit
        let interval = snapshot.settings.syncInterval
        let threshold = try threshold(request) ?? interval
        guard threshold >= interval else { throw .badRequest("delayThreshold is at least the interval of synchronisation.") }
        let found = LaggingRepositories.byAge(snapshot.catalogue, at: now, limit: limit).filter { $0.age >= threshold }
        return .json { json in
            json.array { json in
                for item in found { json.value(DelayedRepository(repository: item.entry.repository)) }
            }
        }
    }

    /// Seconds, or a number with its unit.
    private static func threshold(_ request: borrowing Request) throws(Rejection) -> Duration? {
        guard let text = try request.text("delayThreshold") else { return nil }
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard let duration = UnitDuration.parse(isNumber ? text + "s" : text) else {
            throw .badRequest("delayThreshold is a whole number of seconds, or has a unit: ms, s, m, h or d.")
        }
        return duration
    }
}
