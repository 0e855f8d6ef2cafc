/// One line that every timer has in some family.
struct TimerFigure: Sendable {
    enum Value: Sendable {
        /// Nanoseconds, out of the sample; there is none when the sample is empty or old.
        case ofSample(@Sendable (SampleSnapshot) -> Double)
        case ofLifetime(@Sendable (TimerReading) -> Double)
        case count
    }

    /// What follows the family's name.
    var suffix = ""
    /// A label beside those of the timer.
    var label: (name: String, value: String)?
    let value: Value

    func prefix(in family: MetricName, _ labels: LabelText) -> SamplePrefix {
        SamplePrefix(family.text + suffix, label.map { labels.adding($0.name, $0.value) } ?? labels)
    }

    func write(_ reading: TimerReading, isIdle: Bool, after prefix: SamplePrefix, to output: inout [UInt8]) {
        switch value {
        case .ofSample(let figure): output.append(prefix, isIdle ? .nan : figure(reading.sample) / 1e9)
        case .ofLifetime(let figure): output.append(prefix, figure(reading))
        case .count: output.append(prefix, reading.count)
        }
    }
}
