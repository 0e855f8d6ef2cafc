/// The methods a route can have. Any other answers 501.
public enum Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET", head = "HEAD", options = "OPTIONS", post = "POST", put = "PUT", delete = "DELETE"
}
