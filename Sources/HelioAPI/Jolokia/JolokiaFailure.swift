import HelioMetrics

/// Why a Jolokia request has no value: a status in the answer's body, and the Java exception that clients know it by. The HTTP
/// status stays 200, because other requests of the same list may have gone well.
struct JolokiaFailure: Error, Sendable, Equatable {
    let status: Int
    let type: String
    let message: String

    static func badRequest(_ message: String) -> JolokiaFailure {
        JolokiaFailure(status: 400, type: "java.lang.IllegalArgumentException", message: message)
    }

    static func forbidden(_ message: String) -> JolokiaFailure {
        JolokiaFailure(status: 403, type: "java.lang.SecurityException", message: message)
    }

    static func noBean(_ message: String) -> JolokiaFailure {
        JolokiaFailure(status: 404, type: "javax.management.InstanceNotFoundException", message: message)
    }

    static func noAttribute(_ name: String) -> JolokiaFailure {
        JolokiaFailure(
            status: 404, type: "javax.management.AttributeNotFoundException", message: "No such attribute: \(name)")
    }

    init(status: Int, type: String, message: String) {
        self.status = status
        self.type = type
        self.message = message
    }

    init(_ error: ObjectNameError) { self = .badRequest("Invalid object name. \(error.rawValue)") }

    init(_ error: JSONError) { self = .badRequest("Invalid JSON request. \(error.rawValue)") }
}
