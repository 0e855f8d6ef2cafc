@testable import HelioAPI
import TestSupport
import Testing

@Test(
    arguments: [("500ms", 500), ("30s", 30_000), ("3m", 180_000), ("2h", 7_200_000), ("7d", 604_800_000), ("0s", 0)]
        as [(String, Int64)])
func duration_IsRead_WhenItHasAUnit(text: String, milliseconds: Int64) {
    #expect(UnitDuration.parse(text) == .milliseconds(milliseconds))
}

@Test(arguments: [
    "", "s", "30", "-1s", "+1s", "1.5s", "1e309", "1e3s", "30 s", " 30s", "30S", "30s ", "30sec", "٣s", "99999999999999999999s",
    "9223372036854775807d", "36601d", "NaN", "inf",
])
func duration_IsRefused_WhenItIsNotANumberAndAUnit(text: String) {
    #expect(UnitDuration.parse(text) == nil)
}

/// What is generated from the description may ask for what the node takes, and for nothing that it refuses.
@Test(arguments: ["max_lag", "delayThreshold"]) func description_AllowsDurations(of parameter: String) throws {
    let text = try ProjectFile.text("conf/openapi.yaml")
    let place = try #require(text.firstRange(of: "name: \(parameter)\n"))
    let pattern = try #require(text[place.upperBound...].firstMatch(of: #/pattern: "([^"]+)"/#)).output.1
    let expression = try Regex(String(pattern))
    for duration in ["0s", "90000ms", "999999999s", "9999999m", "99999h", "9999d"] {
        #expect(duration.wholeMatch(of: expression) != nil, "\(duration)")
        #expect(UnitDuration.parse(duration) != nil, "\(duration)")
    }
    for duration in ["", "s", "-1s", "1.5s", "1w", "52704001m", "878401h", "36601d"] {
        #expect(duration.wholeMatch(of: expression) == nil, "\(duration)")
        #expect(UnitDuration.parse(duration) == nil, "\(duration)")
    }
}

@Test func uuid_IsVersion8_WhenFormedFromAFingerprint() {
    #expect(UUIDText.version8(hex: "00112233445566778899AABBccddeeff00") == "00112233-4455-8677-8899-aabbccddeeff")
    #expect(UUIDText.version8(hex: String(repeating: "f", count: 64)) == "ffffffff-ffff-8fff-bfff-ffffffffffff")
    #expect(UUIDText.version8(hex: "xyz") == "00000000-0000-0000-0000-000000000000")
    #expect(UUIDText.version8(hex: String(repeating: "g", count: 32)) == "00000000-0000-0000-0000-000000000000")
}
