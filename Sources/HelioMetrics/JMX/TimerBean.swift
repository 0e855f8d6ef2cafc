/// A timer as Dropwizard's `JmxReporter` shows it: 17 attributes, of one reading. Durations are in milliseconds and rates per
/// second, and the values are Dropwizard's own: 0 where nothing was measured, and kept while the timer is idle.
enum TimerBean {
    static let attributes = [
        MBean.Attribute("Count", "long"), MBean.Attribute("MeanRate", "double"), MBean.Attribute("OneMinuteRate", "double"),
        MBean.Attribute("FiveMinuteRate", "double"), MBean.Attribute("FifteenMinuteRate", "double"),
        MBean.Attribute("RateUnit", "java.lang.String"), MBean.Attribute("Min", "double"), MBean.Attribute("Max", "double"),
        MBean.Attribute("Mean", "double"), MBean.Attribute("StdDev", "double"), MBean.Attribute("50thPercentile", "double"),
        MBean.Attribute("75thPercentile", "double"), MBean.Attribute("95thPercentile", "double"),
        MBean.Attribute("98thPercentile", "double"), MBean.Attribute("99thPercentile", "double"),
        MBean.Attribute("999thPercentile", "double"), MBean.Attribute("DurationUnit", "java.lang.String"),
    ]

    private static let quantiles = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999]

    static func values(_ reading: TimerReading) -> [MBean.Value] {
        let sample = reading.sample
        let rates = [reading.meanRate, reading.oneMinuteRate, reading.fiveMinuteRate, reading.fifteenMinuteRate]
        let durations =
            [Double(sample.minimum), Double(sample.maximum), sample.mean, sample.standardDeviation]
            + quantiles.map { Double(sample.quantile($0)) }
        return [.integer(reading.count)] + rates.map { .real($0) } + [.text("events/second")]
            + durations.map { .real(milliseconds($0)) } + [.text("milliseconds")]
    }

    /// As Dropwizard converts: by a multiplication, whose last digit a division would not always give.
    private static func milliseconds(_ nanoseconds: Double) -> Double { nanoseconds * 1e-6 }
}
