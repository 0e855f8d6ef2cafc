@testable import HelioAPI
import HelioMetrics
import HelioNode
import Testing

private func format(_ header: String) -> ExpositionFormat { ExpositionFormat(accepting: Array(header.utf8)) }

private let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

/// As they were on the wire, or as the source of the version builds them.
@Test(arguments: [
    // Prometheus 2.42
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    // with native histograms
    protobuf + ",application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    // Prometheus 3
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    protobuf + ";q=0.7,application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "application/openmetrics-text", "APPLICATION/OpenMetrics-Text; Version=1.0.0; charset=UTF-8", "application/*",
    #"application/openmetrics-text; version="1.0.0""#, #"application/openmetrics-text;version="1\.0.0";q=0.001"#,
    "application/openmetrics-text\t;\tversion=1.0.0\t;\tq=1.000", ",, application/openmetrics-text ;; version=1.0.0;,",
    "application/openmetrics-text;version=1.0.0, */*", "text/plain;q=0, */*;q=0.1", "text/plain;q=0.5, */*;q=0.6",
    "text/*;q=0.9, text/plain;version=0.0.4;q=0.1, application/openmetrics-text;q=0.2",
    "application/openmetrics-text;version=1.0.0;q=0.5;q=0, */*;q=0.1", #"a/b;x="\",y", application/openmetrics-text"#,
    // What one member has wrong is its own affair.
    "text/plain;q=NaN, application/openmetrics-text;q=0.1", "garbage, application/openmetrics-text",
])
func accept_ChoosesOpenMetrics(header: String) { #expect(format(header) == .openMetrics, "\(header)") }

@Test(arguments: [
    "", "*/*", "text/plain", "text/*", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "application/json", "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.9",
    "text/plain, application/openmetrics-text",
    // Which we do not speak, or only by another name.
    "application/openmetrics-text;version=0.0.1", "application/openmetrics-text;version=2.0.0,*/*;q=0.1", protobuf,
    "application/openmetrics-text;version=1.0.0;charset=latin1", "application/openmetrics-text;q=0", "*/*;q=0",
    "application/openmetrics-text;q=0, */*", "application/openmetrics-text;version=1.0.0;q=0, application/*",
    // Malformed weights
    "application/openmetrics-text;q=NaN", "application/openmetrics-text;q=1.5", "application/openmetrics-text;q=-1",
    "application/openmetrics-text;q=+1", "application/openmetrics-text;q=", "application/openmetrics-text;q",
    "application/openmetrics-text;q=.5",
    "application/openmetrics-text;q=0.1234", "application/openmetrics-text;q=1e0", "application/openmetrics-text;q=1.001",
    "application/openmetrics-text;q=0,5", "application/openmetrics-text;q=∞", "application/openmetrics-text;q=0x1",
    // Malformed otherwise
    "application/openmetrics-text;version=\"1.0.0", "application/openmetrics-text;version=\"1.0.0\\", "\"", "\\",
    "\"application/openmetrics-text\"", "x\", application/openmetrics-text", "application / openmetrics-text",
    "application/openmetrics-text/x", "/openmetrics-text", "application/", "application", "*", "*/openmetrics-text",
    "application/openmetrics-text;version", "application/openmetrics-text;=1.0.0", "application/openmetrics-text;version=1.0.0 x",
    "application/openmetrics-text;version=\"1.0.0\"x", "application/open\u{80}metrics-text", "\u{1}", ";", "=", "/",
])
func accept_ChoosesText(header: String) { #expect(format(header) == .text, "\(header)") }

@Test(arguments: [[0xFF, 0xFE, 0x00], Array(repeating: 0x00, count: 8192), Array(0x00...0xFF)] as [[UInt8]])
func accept_ChoosesText_WhenBytesAreNotText(header: [UInt8]) { #expect(ExpositionFormat(accepting: header) == .text) }

@Test func accept_IsReadUpToItsLimits() {
    let others = Array(repeating: "a/b", count: WeightedList.memberLimit)
    let wanted = "application/openmetrics-text"
    #expect(format((others.dropLast() + [wanted]).joined(separator: ",,")) == .openMetrics)
    #expect(format((others + [wanted]).joined(separator: ",")) == .text)
    let parameters = String(repeating: ";charset=utf-8;", count: WeightedList.parameterLimit)
    #expect(format(wanted + parameters) == .openMetrics)
    #expect(format(wanted + parameters + ";charset=utf-8") == .text)
}

/// A reader that looked at everything again for each member would take minutes.
@Test(arguments: [
    String(repeating: ",", count: 500_000), String(repeating: "\"", count: 500_001), String(repeating: "\\\"", count: 250_000),
    String(repeating: "\";,", count: 150_000), String(repeating: "a/b;q=0.5,", count: 50_000),
    "a/b" + String(repeating: ";x=y", count: 125_000), "a/b" + String(repeating: ";", count: 500_000),
    String(repeating: " ", count: 500_000), String(repeating: "/", count: 500_000),
])
func accept_IsReadInLinearTime(header: String) {
    let time = ContinuousClock().measure { #expect(format(header) == .text) }
    #expect(time < .seconds(10))
}

@Test(arguments: 0..<20 as Range<UInt64>)
func accept_AlwaysChooses_WhenHeadersAreRandom(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = [
        "application/openmetrics-text", "text/plain", "*", "/", ";", ",", "=", "q", "version", "1.0.0", "0.5", "\"", "\\", " ",
        "\t", "1", ".", "é",
    ]
    for _ in 0..<1000 {
        let header = (0..<Int.random(in: 0...20, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        #expect([.text, .openMetrics].contains(format(header)))
        _ = ContentCoding(accepting: Array(header.utf8))
    }
}
