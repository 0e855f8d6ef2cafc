extension Duration {
    /// Saturates at ±292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowedToo) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard overflowed || overflowedToo else { return sum }
        return seconds < 0 ? .min : .max
    }
}
