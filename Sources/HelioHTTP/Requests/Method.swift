/// The methods of HTTP that mean something for a resource, whether or not a route has them: those answer 405, and so does any other, whose
/// connection is closed as well.
public enum Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET", head = "HEAD", options = "OPTIONS", post = "POST", put = "PUT", delete = "DELETE"
    case patch = "PATCH", trace = "TRACE", query = "QUERY"
}
