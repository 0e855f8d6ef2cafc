import HelioNode
import Testing

@testable import HelioWebhooks

struct SendingTests {
    /// RFC 4231 section 4.3, test case 2: the key `Jefe`.
    @Test func hubSignature_IsTheHexOfTheMAC() throws {
        let keys = try SigningKeys("Jefe\nolder".utf8)
        #expect(
            keys.hubSignature(of: Array("what do ya want for nothing?".utf8))
                == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    /// The example of the Standard Webhooks libraries' own tests.
    @Test func standardSignature_IsOneForEachSecret() throws {
        let keys = try SigningKeys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nplain text\n".utf8)
        let signature = keys.standardSignature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        let parts = signature.split(separator: " ")
        #expect(parts.count == 2 && parts[0] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(parts[1].hasPrefix("v1,"))
    }

    @Test(arguments: ["", "\n\n", "whsec_", "whsec_%%%", "a\u{1}b"])
    func secrets_AreRefused_WhenTheyCannotSign(text: String) {
        #expect(throws: SigningKeysError.self) { try SigningKeys(text.utf8) }
    }

    @Test func secrets_AreNeverPrinted() throws {
        let keys = try SigningKeys("top secret".utf8)
        #expect(!"\(keys)\(String(reflecting: keys))".contains("top"))
    }

    @Test(
        arguments: [
            ("120", 120), ("0", 1), ("-5", 1), ("1e12", 86_400), ("99999999999999999999999", 86_400), (" 7 ", 7), ("inf", 86_400),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 1), ("Fri, 02 Jan 2026 00:14:05 GMT", 600), ("Wed, 01 Jan 9999 00:00:00 GMT", 86_400),
        ] as [(String, Int)])
    func retryAfter_IsClamped(text: String, seconds: Int) {
        // 2026-01-02T00:04:05Z
        let now = WallTime(millisecondsSince1970: 1_767_312_245_000)
        #expect(RetryAfter.delay(text, now: now) == .seconds(seconds))
    }

    @Test(arguments: ["4\0", "", "soon", "nan", "06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "1,2",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT", "& \u{E4D}, 06 Nov 1994 08:49:37 GMT",
    ])
    func retryAfter_IsNothing_WhenItIsNeitherNumberNorDate(text: String) {
        #expect(RetryAfter.delay(text, now: WallTime(millisecondsSince1970: 0)) == nil)
    }

    @Test(
        arguments: [
            (200, .accepted), (204, .accepted), (299, .accepted), (301, .failed), (308, .failed),
            (400, .refused), (404, .refused), (408, .busy(after: nil)), (410, .gone), (425, .busy(after: nil)),
            (429, .busy(after: .seconds(9))), (500, .failed), (502, .busy(after: nil)), (503, .busy(after: .seconds(9))), (504, .busy(after: nil)),
            (100, .failed),
        ] as [(Int, Verdict)])
    func verdict_FollowsTheStatus(status: Int, verdict: Verdict) {
        #expect(Verdict(status: status, retryAfter: .seconds(9)) == verdict)
    }
}
