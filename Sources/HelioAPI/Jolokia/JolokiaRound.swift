import HelioJSON

/// The answering of one HTTP request: all that it asks is answered from one instant.
struct JolokiaRound {
    let readings: MBeanReadings
    let identity: NodeIdentity
    /// Seconds since 1970.
    let timestamp: Int64

    /// - Throws: when there is no telling what is asked.
    func answer(_ body: JSONTree, in json: inout JSONWriter) throws(JolokiaFailure) {
        guard case .array(let requests) = body else { return answer(Self.arguments(body), in: &json) }
        guard requests.count <= JolokiaAgent.listLimit else {
            throw .badRequest("There are more than \(JolokiaAgent.listLimit) requests in the list")
        }
        json.array { json in
            for request in requests { answerWithinLimit(request, in: &json) }
        }
    }

    func answer(_ arguments: Result<JolokiaArguments, JolokiaFailure>, in json: inout JSONWriter) {
        let operation = arguments.flatMap { arguments in
            Result { () throws(JolokiaFailure) in try arguments.operation(identity) }
        }
        let value = operation.flatMap { operation in
            Result { () throws(JolokiaFailure) in try operation.evaluate(readings) }
        }
        json.object { json in
            if case .success(let operation) = operation { json.object("request") { operation.describe(in: &$0) } }
            append(value, to: &json)
        }
    }

    /// A short request can have a long answer, and a list many of them.
    private func answerWithinLimit(_ request: JSONTree, in json: inout JSONWriter) {
        guard json.bytes.count < JolokiaAgent.answerLimit else {
            return answer(.failure(.badRequest("The answer is too long; ask in several lists")), in: &json)
        }
        answer(Self.arguments(request), in: &json)
    }

    private static func arguments(_ request: JSONTree) -> Result<JolokiaArguments, JolokiaFailure> {
        Result { () throws(JolokiaFailure) in try JolokiaArguments(request) }
    }

    private func append(_ value: Result<JolokiaValue, JolokiaFailure>, to json: inout JSONWriter) {
        switch value {
        case .success(let value): json.field("value", value)
        case .failure(let failure):
            json.field("error_type", failure.type)
            json.field("error", "\(failure.type) : \(failure.message)")
        }
        json.field("timestamp", timestamp)
        json.field("status", value.status)
    }
}

extension Result where Failure == JolokiaFailure {
    fileprivate var status: Int {
        switch self {
        case .success: 200
        case .failure(let failure): failure.status
        }
    }
}
