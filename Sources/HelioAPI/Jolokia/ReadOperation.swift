import HelioJSON
import HelioMetrics

/// The attributes of one MBean, or of all that fit a pattern.
struct ReadOperation: JolokiaOperation {
    let mbean: MBeanReference
    /// Empty for all.
    let attributes: [String]
    /// One attribute that was asked for by its name alone, and not in a list: its value stands without an object around it.
    let isPlain: Bool

    func describe(in json: inout JSONWriter) {
        json.field("mbean", mbean.text)
        if attributes.count == 1 {
            json.field("attribute", attributes[0])
        } else if !attributes.isEmpty {
            json.array("attribute") { json in for name in attributes { json.value(name) } }
        }
        json.field("type", "read")
    }

    func evaluate(_ readings: MBeanReadings) throws(JolokiaFailure) -> JolokiaValue {
        guard case .named(let pattern) = mbean, pattern.isPattern else {
            return try value(of: try mbean.find(in: readings.beans), readings)
        }
        return try value(fitting: pattern, readings)
    }

    private func value(of bean: MBean, _ readings: MBeanReadings) throws(JolokiaFailure) -> JolokiaValue {
        if let missing = attributes.first(where: { name in !bean.attributes.contains { $0.name == name } }) {
            throw .noAttribute(missing)
        }
        let found = readings.attributes(of: bean, wanted)
        return isPlain ? found[0].value : .object(found)
    }

    /// Beans that have none of the attributes are left out.
    private func value(fitting pattern: ObjectName, _ readings: MBeanReadings) throws(JolokiaFailure) -> JolokiaValue {
        let beans = readings.beans.filter { pattern.fits($0.name) }
        guard !beans.isEmpty else { throw .noBean("No MBean with pattern \(pattern.canonical) found for reading attributes") }
        let found = beans.map { (name: $0.name.canonical, attributes: readings.attributes(of: $0, wanted)) }
            .filter { !$0.attributes.isEmpty }
        guard !found.isEmpty else { throw .badRequest("No matching attributes found on the MBeans of the pattern") }
        return .object(found.map { ($0.name, .object($0.attributes)) })
    }

    private var wanted: Set<String>? { attributes.isEmpty ? nil : Set(attributes) }
}
