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

@Test func cloneURL_IsEscaped_WhenNamesHoldMoreThanLetters() throws {
    let name = try RepositoryName(ByteString("A/{repository} é/x%2F?#\"r"))
    let url = CloneURL(template: "https://h/{project}/{repository}.git?{other}", repository: name)
    #expect(url.name == "http")
    #expect(url.href == "https://h/A/%7Brepository%7D%20%C3%A9/x%252F%3F%23%22r.git?{other}")
}
