import HelioJSON

/// One of the things that Jolokia can be asked.
protocol JolokiaOperation: Sendable {
    /// What the answer repeats of the request; `type` is among it.
    func describe(in json: inout JSONWriter)

    func evaluate(_ readings: MBeanReadings) throws(JolokiaFailure) -> JolokiaValue
}
