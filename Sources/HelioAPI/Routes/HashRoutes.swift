import HelioHTTP
import HelioNode

/// `repo-hashes` and its variants.
enum HashRoutes {
    static func add(to router: inout Router, _ board: NodeBoard) {
        for (pattern, variant) in [("", HashVariant.all), ("/content", .content), ("/metadata", .metadata)] {
            router.answer(.get, "/rest/mirroring/latest/repo-hashes" + pattern) { request throws(Rejection) in
                try response(board, variant, request)
            }
        }
    }

    private static func response(
        _ board: NodeBoard, _ variant: HashVariant, _ request: borrowing Request
    ) throws(Rejection) -> Response {
        let page = board.page
        let catalogue = page.snapshot.catalogue
        let project = try request.text("project").map { (text) throws(Rejection) in try find(text, in: catalogue) }
        let tag = EntityTag(boot: page.identity.boot, revision: catalogue.revision, variant, project: project)
        let headers = [("Content-Type", "application/json"), ("Cache-Control", "no-cache"), ("ETag", tag.header)]
        if let condition = request.header("If-None-Match"), tag.isNamed(by: condition) {
            return Response(status: 304, headers: headers)
        }
        // What is small is made as fast as it is found.
        let texts = project == nil && catalogue.shelfCount > 1 ? board.hashTexts : nil
        return Response(headers: headers, body: .stream(HashStream(HashCursor(catalogue, variant, only: project), texts)))
    }

    /// An id or a key, to the byte; a key that is all digits gives way to an id.
    private static func find(_ text: String, in catalogue: Catalogue) throws(Rejection) -> ProjectID {
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = Int64(text).map({ ProjectID($0) }),
            catalogue.start(of: id) != nil
        {
            return id
        }
        guard let id = catalogue.projectID(key: ByteString(text)) else { throw .notFound("There is no such project.") }
        return id
    }
}
