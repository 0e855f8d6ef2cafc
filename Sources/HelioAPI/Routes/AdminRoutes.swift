import HelioHTTP
import HelioJSON
import HelioNode

/// What operators ask and order.
struct AdminRoutes: Sendable {
    /// Bytes of a body: the longest legal names, escaped.
    static let bodyLimit = 16 * 1024

    let board: NodeBoard
    let commands: NodeCommands
    let gate: Gate

    func add(to router: inout Router) {
        add(.get, "/admin/overview", to: &router, overview)
        add(.get, "/admin/farm", to: &router, farm)
        add(.get, "/admin/runs", to: &router, runs)
        add(.get, "/admin/runs/{}", to: &router, run)
        add(.post, "/admin/sync", to: &router, sync)
        add(.post, "/admin/vet", to: &router, vet)
        add(.put, "/admin/log-level", to: &router, setLogLevel)
    }

    private func add(
        _ method: Method, _ pattern: String, to router: inout Router,
        _ make: @escaping @Sendable (borrowing Request) throws(Rejection) -> Response
    ) {
        router.answer(method, pattern, bodyLimit: method == .get ? 0 : Self.bodyLimit) { request throws(Rejection) in
            try gate.check(request)
            return try make(request)
        }
    }

    private func overview(_ request: borrowing Request) throws(Rejection) -> Response {
        let page = board.page
        let shown = try request.integer("limit", in: 1...OverviewAnswer.limit)
        return .json {
            $0.value(OverviewAnswer(shown: shown, snapshot: page.snapshot, identity: page.identity, now: commands.now().monotonic))
        }
    }

    private func farm(_ request: borrowing Request) -> Response {
        let picture = board.farm
        return .json { $0.value(FarmAnswer(picture: picture, now: commands.now().monotonic)) }
    }

    private func runs(_ request: borrowing Request) -> Response {
        let runs = board.page.snapshot.runs
        return .json { json in
            json.object { json in
                json.array("runs") { json in
                    for run in runs.reversed() { json.value(RunAnswer(run: run)) }
                }
            }
        }
    }

    private func run(_ request: borrowing Request) throws(Rejection) -> Response {
        guard let id = RunID(request.parameter(0)) else { throw .notFound("There is no such run.") }
        let snapshot = board.page.snapshot
        if let run = snapshot.runs.last(where: { $0.id == id }) { return .json { $0.value(RunAnswer(run: run)) } }
        if let report = snapshot.vets.last(where: { $0.ids.contains(id) }) {
            return .json { $0.value(VetAnswer(id: id, report: report)) }
        }
        guard snapshot.openVets.contains(id) else { throw .notFound("There is no such run.") }
        return .json { $0.value(VetAnswer(id: id, report: nil)) }
    }

    private func sync(_ request: borrowing Request) throws(Rejection) -> Response {
        let fields = try request.fields(["repository", "project", "acceptDeletions"], orEmpty: true)
        let scope = try Self.scope(fields)
        let acceptDeletions = try fields.flag("acceptDeletions")
        try board.checkTakesCommands()
        guard board.page.snapshot.state != .starting else {
            throw .unavailable("The storage of the node is not open yet.")
        }
        let id = commands.sync(scope, acceptDeletions)
        return .json(202) { json in json.object { $0.field("run", id) } }
    }

    private func vet(_ request: borrowing Request) throws(Rejection) -> Response {
        _ = try request.fields([], orEmpty: true)
        try board.checkTakesCommands()
        guard board.page.snapshot.takesVets else {
            throw .unavailable("Too many vets wait to begin; the next one will answer them all.")
        }
        let id = commands.vet()
        return .json(202) { json in json.object { $0.field("vet", id) } }
    }

    private func setLogLevel(_ request: borrowing Request) throws(Rejection) -> Response {
        guard let level = try request.fields(["level"]).text("level")?.description, commands.setLogLevel(level) else {
            throw .badRequest("There is no such log level.")
        }
        return .json { json in json.object { $0.field("level", level) } }
    }

    private static func scope(_ fields: FlatObject) throws(Rejection) -> RunScope {
        switch (try fields.repository("repository"), try fields.text("project")) {
        case (nil, nil): return .all
        case (let name?, nil): return .repository(name)
        case (nil, let key?): return .project(try checked(key))
        default: throw .badRequest("Either a repository or a project.")
        }
    }

    /// A key is legal when a name with it is.
    private static func checked(_ key: ByteString) throws(Rejection) -> ByteString {
        do throws(NameError) { return try RepositoryName(project: key, slug: "a").project } catch { throw Rejection(error) }
    }
}
