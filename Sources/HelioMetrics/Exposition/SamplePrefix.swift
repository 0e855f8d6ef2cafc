/// A sample's line up to its value, rendered once: `heliostat_sync_total{status="fail"} `.
struct SamplePrefix: Sendable {
    let bytes: [UInt8]

    init(_ name: String, _ labels: LabelText) {
        var bytes = Array(name.utf8)
        if !labels.bytes.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes.append(contentsOf: labels.bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        self.bytes = bytes
    }
}
