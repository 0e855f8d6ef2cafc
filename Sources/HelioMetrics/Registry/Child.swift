/// One series of a family, or the several of one histogram.
enum Child: Sendable {
    case counter(SamplePrefix, Counter)
    case gauge(SamplePrefix, Gauge)
    /// Of a gauge that has no handle, because it may be gone at the next rendering.
    case value(SamplePrefix, Double)
    case histogram(HistogramLines, Histogram)
    /// Always 1: what matters are its labels.
    case info(SamplePrefix)

    func write(to output: inout [UInt8]) {
        switch self {
        case .counter(let prefix, let counter): output.append(prefix, counter.value)
        case .gauge(let prefix, let gauge): output.append(prefix, gauge.value)
        case .value(let prefix, let value): output.append(prefix, value)
        case .histogram(let lines, let histogram):
            let reading = histogram.read()
            lines.write(reading.buckets, sum: reading.sum, to: &output)
        case .info(let prefix): output.append(prefix, 1 as Int64)
        }
    }
}
