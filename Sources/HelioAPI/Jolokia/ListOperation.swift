import HelioJSON
import HelioMetrics

/// What MBeans there are: domains, in them property lists, in these the attributes with their types.
struct ListOperation: JolokiaOperation {
    /// Leads to a part of the whole: a domain, a property list in any order, `attr`, an attribute.
    let path: [String]

    func describe(in json: inout JSONWriter) {
        if !path.isEmpty { json.field("path", JolokiaPath.join(path)) }
        json.field("type", "list")
    }

    /// An unknown domain is an empty object and everything else that is unknown is 400, as Jolokia 1.7.1 answers.
    func evaluate(_ readings: MBeanReadings) throws(JolokiaFailure) -> JolokiaValue {
        let domains = Dictionary(grouping: readings.beans) { String(decoding: $0.name.domain, as: UTF8.self) }
        guard let domain = path.first else {
            return .object(domains.sorted { $0.key < $1.key }.map { ($0.key, Self.describe($0.value)) })
        }
        let beans = domains[domain] ?? []
        guard path.count > 1 else { return Self.describe(beans) }
        let bean = try MBeanReference("\(domain):\(path[1])").listed(in: beans)
        return try Self.part(of: bean, path.dropFirst(2))
    }

    private static func describe(_ beans: [MBean]) -> JolokiaValue {
        .object(beans.map { ($0.name.propertyList, .object(describe($0))) })
    }

    private static func describe(_ bean: MBean) -> [(name: String, value: JolokiaValue)] {
        let attributes = bean.attributes.map { attribute in
            (
                name: attribute.name,
                value: JolokiaValue.object([
                    ("rw", .bool(false)), ("type", .text(attribute.type)), ("desc", .text("Attribute exposed for management")),
                ])
            )
        }
        return [("attr", .object(attributes)), ("class", .text(bean.className)), ("desc", .text(bean.description))]
    }

    private static func part(of bean: MBean, _ path: ArraySlice<String>) throws(JolokiaFailure) -> JolokiaValue {
        var value = JolokiaValue.object(describe(bean))
        for (depth, name) in path.enumerated() {
            guard depth < 2, case .object(let members) = value, let member = members.first(where: { $0.name == name }) else {
                throw .badRequest("Path given but nothing is there")
            }
            value = member.value
        }
        return value
    }
}

extension MBeanReference {
    fileprivate func listed(in beans: [MBean]) throws(JolokiaFailure) -> MBean {
        do throws(JolokiaFailure) { return try find(in: beans) } catch { throw .badRequest("No MBean '\(text)' found") }
    }
}
