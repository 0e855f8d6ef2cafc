import HelioJSON
import HelioMetrics

/// The canonical names of all MBeans that fit a pattern.
struct SearchOperation: JolokiaOperation {
    let pattern: ObjectName

    func describe(in json: inout JSONWriter) {
        json.field("mbean", pattern.canonical)
        json.field("type", "search")
    }

    func evaluate(_ readings: MBeanReadings) -> JolokiaValue {
        .array(readings.beans.filter { pattern.fits($0.name) }.map { .text($0.name.canonical) })
    }
}
