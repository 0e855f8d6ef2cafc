/// Why a request's body cannot be used; the answer to each is 400.
enum JSONError: String, Error, CaseIterable {
    case malformed = "The body is not a JSON object."
    case notUTF8 = "The body is not UTF-8."
    case unknownName = "The body has a name that is not known here."
    case duplicateName = "The body has a name twice."
    case wrongKind = "The body has a value of the wrong kind."
    case tooDeep = "The body is nested too deeply."
}

extension Rejection {
    init(_ error: JSONError) { self = .badRequest(error.rawValue) }
}
