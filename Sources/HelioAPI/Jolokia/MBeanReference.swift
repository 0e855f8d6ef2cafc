import HelioMetrics

/// What a request calls an MBean.
enum MBeanReference: Sendable {
    /// A name or a pattern.
    case named(ObjectName)
    /// No legal name, and why; some MBeans have such a name all the same.
    case alias(String, ObjectNameError)

    init(_ text: String) {
        do throws(ObjectNameError) { self = .named(try ObjectName(text)) } catch { self = .alias(text, error) }
    }

    /// A name in its canonical form, an alias as it came.
    var text: String {
        switch self {
        case .named(let name): name.canonical
        case .alias(let text, _): text
        }
    }

    /// - Throws: 404 when no MBean has the name, 400 when it is no name.
    func find(in beans: [MBean]) throws(JolokiaFailure) -> MBean {
        switch self {
        case .named(let name):
            guard let bean = beans.first(where: { $0.name == name }) else { throw .noBean(name.canonical) }
            return bean
        case .alias(let text, let error):
            guard let bean = beans.first(where: { $0.alias?.utf8.elementsEqual(text.utf8) ?? false }) else {
                throw JolokiaFailure(error)
            }
            return bean
        }
    }
}
