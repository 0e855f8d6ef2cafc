import HelioMetrics

/// A timer's last samples as a line from zero to their highest, the newest at the right.
struct Sparkline: Sendable {
    private static let step = 2
    private static let (width, height) = (TimerHistory.length * step, 20)

    let samples: [Int64?]

    init(_ samples: [Int64?]) { self.samples = Array(samples.suffix(TimerHistory.length)) }

    var description: String {
        let known = samples.compactMap(\.self)
        guard let low = known.min(), let high = known.max(), let last = known.last else { return "no samples yet" }
        guard low != high else { return "steady at \(AgeText.of(nanoseconds: last))" }
        return "\(AgeText.of(nanoseconds: low)) to \(AgeText.of(nanoseconds: high)), last \(AgeText.of(nanoseconds: last))"
    }

    func append(to html: inout HTMLWriter) {
        let box = "0 0 \(Self.width) \(Self.height)"
        html.element("svg", ["class": "spark", "viewBox": box, "role": "img", "aria-label": description]) { html in
            html.element("path", ["d": path]) { _ in }
        }
    }

    /// Where nothing was known the line has a gap; a sample between two gaps is a dash as wide as a sample.
    private var path: String {
        let highest = Double(max(samples.compactMap(\.self).max() ?? 0, 1))
        let first = TimerHistory.length - samples.count
        var (text, isDrawing) = ("", false)
        for (index, sample) in samples.enumerated() {
            guard let sample else {
                isDrawing = false
                continue
            }
            let (left, top) = ((first + index) * Self.step, Self.height - 2 - Int((Double(sample) / highest * 16).rounded()))
            text += isDrawing ? "L\(left + Self.step) \(top)" : "M\(left) \(top)h\(Self.step)"
            isDrawing = true
        }
        return text
    }
}
