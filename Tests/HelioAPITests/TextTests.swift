@testable import HelioAPI
import Foundation
import HelioNode
import Testing

@Test(
    arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_660_788_286_435, "2022-08-18T02:04:46.435Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        (951_868_799_999, "2000-02-29T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (-2_203_977_600_001, "1900-02-27T23:59:59.999Z"),
        (Int64.min, "0000-01-01T00:00:00.000Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
func civilTime_IsISO8601_WhenGivenMilliseconds(milliseconds: Int64, text: String) {
    #expect(CivilTime(WallTime(millisecondsSince1970: milliseconds), .milliseconds).text == text)
}

@Test func civilTime_AgreesWithFoundation_WhenEveryDayOfFourCenturiesIsCompared() {
    let format = Date.ISO8601FormatStyle()
    for day in stride(from: Int64(-60_000), through: 90_000, by: 1) {
        let time = CivilTime(WallTime(millisecondsSince1970: day * 86_400_000))
        #expect(time.text == Date(timeIntervalSince1970: Double(day) * 86_400).formatted(format))
    }
}

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

@Test func uuid_IsVersion8_WhenFormedFromAFingerprint() {
    #expect(UUIDText.version8(hex: "00112233445566778899AABBccddeeff00") == "00112233-4455-8677-8899-aabbccddeeff")
    #expect(UUIDText.version8(hex: String(repeating: "f", count: 64)) == "ffffffff-ffff-8fff-bfff-ffffffffffff")
    #expect(UUIDText.version8(hex: "xyz") == "00000000-0000-0000-0000-000000000000")
    #expect(UUIDText.version8(hex: String(repeating: "g", count: 32)) == "00000000-0000-0000-0000-000000000000")
}

@Test func cloneURL_IsEscaped_WhenNamesHoldMoreThanLetters() throws {
    let name = try RepositoryName(ByteString("A/{repository} é/x%2F?#\"r"))
    let url = CloneURL(template: "https://h/{project}/{repository}.git?{other}", repository: name)
    #expect(url.name == "http")
    #expect(url.href == "https://h/A/%7Brepository%7D%20%C3%A9/x%252F%3F%23%22r.git?{other}")
}
