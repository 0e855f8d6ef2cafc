import HelioMetrics
import TestSupport
import Testing

/// Numbers as they appear in a document.
struct CanonicalNumberTests {
    /// Go's `%g`, which OpenMetrics names, and `.0` where it would look like an integer.
    @Test(arguments: [
        (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-12, "-12.0"), (0.005, "0.005"), (0.0001, "0.0001"), (0.00001, "1e-05"),
        (0.1 + 0.2, "0.30000000000000004"), (7200, "7200.0"), (123456.5, "123456.5"), (999_999, "999999.0"), (1_000_000, "1e+06"),
        (1_764_301_234.5, "1.7643012345e+09"), (1e100, "1e+100"), (.leastNonzeroMagnitude, "5e-324"), (-1.25e-7, "-1.25e-07"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    ]) func gauge_IsWrittenCanonically(value: Double, text: String) {
        #expect(written([value]) == [text])
    }

    /// Against an independent layout, over all magnitudes.
    @Test func everyNumber_ReadsBackAndIsShortest() {
        var random = SystemRandomNumberGenerator()
        let values = (0..<3000).map { _ in Double(bitPattern: random.next()) } + (0..<3000).map { _ in .random(in: -2e6...2e6) }
        let texts = written(values)
        for (value, text) in zip(values, texts) {
            #expect(value.isNaN ? text == "NaN" : ExpositionNumber.value(text) == value)
            #expect(ExpositionNumber.isCanonical(text), "\(value.bitPattern)")
        }
    }

    private func written(_ values: [Double]) -> [String] {
        let registry = Registry()
        let gauge = registry.gauge("x", "X.")
        return values.map { value in
            gauge.set(value)
            let text = String(decoding: registry.render(.text, at: .at(0)), as: UTF8.self)
            return String(text.split(separator: "\n").last?.dropFirst(2) ?? "")
        }
    }
}
