@testable import HelioFarm
import HelioNode
import Testing

/// What our scripts answer, from a server that need not be ours.
struct ReplyTests {
    private static func bulk(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }

    @Test(arguments: [Int64.min, -1, 0, 3, .max]) func counts_AreTakenForNoMoreThanTheyAre(number: Int64) throws {
        let registration = RESPValue.array([Self.bulk("OK"), Self.bulk("1"), .integer(1), .integer(number), .array([])])
        let reading = try RegisterReply.read(registration, beganAt: MonotonicTime(nanoseconds: 0))
        #expect((1...1_000_001).contains(reading.ignored) && reading.members.isEmpty)
        let letters = RESPValue.array([Self.bulk("2-0"), .integer(number), .array([Self.bulk("1-0"), .array([])])])
        let mail = try MailReply.read(letters, after: EntryID(Array("0-1".utf8)), page: 100)
        #expect((0...1_000_000).contains(mail.ignored) && mail.cursor == "1-0")
    }
}
