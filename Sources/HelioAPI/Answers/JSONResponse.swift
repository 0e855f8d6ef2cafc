import HelioHTTP
import HelioJSON

extension Response {
    /// An answer that is true now and not to be kept.
    static func json(_ status: Int = 200, _ body: (inout JSONWriter) -> Void) -> Response {
        var writer = JSONWriter()
        body(&writer)
        return Response(status: status, headers: noStore, body: .bytes(writer.bytes))
    }

    static let noStore = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]

    static func text(_ text: String) -> Response {
        Response(
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")],
            body: .bytes(Array(text.utf8)))
    }
}
