import HelioMetrics

/// The MBeans at one instant. Each is read once at most, however many requests of a list ask for it: a reading sorts a sample.
final class MBeanReadings {
    let beans: [MBean]
    private let now: Tick
    private var values: [ObjectName: [MBean.Value]] = [:]

    init(_ beans: [MBean], at now: Tick) {
        self.beans = beans
        self.now = now
    }

    /// - Parameter wanted: names of attributes; nil for all. Those that the bean does not have are left out.
    func attributes(of bean: MBean, _ wanted: Set<String>?) -> [(name: String, value: JolokiaValue)] {
        zip(bean.attributes, read(bean)).filter { wanted?.contains($0.0.name) ?? true }.map { ($0.name, JolokiaValue($1)) }
    }

    private func read(_ bean: MBean) -> [MBean.Value] {
        if let known = values[bean.name] { return known }
        let read = bean.read(now)
        values[bean.name] = read
        return read
    }
}
