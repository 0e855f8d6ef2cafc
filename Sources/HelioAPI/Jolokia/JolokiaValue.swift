import HelioJSON
import HelioMetrics

/// What stands under `value` in an answer.
enum JolokiaValue: Sendable {
    case bool(Bool)
    case integer(Int64)
    /// `null` when it is not finite: so does Jolokia 1.7.1, and JSON has no number for it.
    case real(Double)
    case text(String)
    case array([JolokiaValue])
    case object([(name: String, value: JolokiaValue)])

    init(_ value: MBean.Value) {
        switch value {
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .real(number)
        case .text(let text): self = .text(text)
        }
    }
}

extension JolokiaValue: JSONValue {
    func append(to writer: inout JSONWriter) {
        switch self {
        case .bool(let value): value.append(to: &writer)
        case .integer(let value): value.append(to: &writer)
        case .real(let value): value.append(to: &writer)
        case .text(let value): value.append(to: &writer)
        case .array(let values): writer.array { json in for value in values { json.value(value) } }
        case .object(let members): writer.object { json in for (name, value) in members { json.member(name, value) } }
        }
    }
}
