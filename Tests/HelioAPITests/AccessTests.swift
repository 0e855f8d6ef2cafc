@testable import HelioAPI
import HelioNode
import Testing

@Test func secrets_AreEqual_OnlyWhenEveryByteIs() {
    #expect(Gate.equal(Array("secret".utf8), Array("secret".utf8)))
    for shown in ["", "s", "secreT", "Secret", "secretsecret", "secret\0", "terces"] {
        #expect(!Gate.equal(Array(shown.utf8), Array("secret".utf8)), "\(shown)")
    }
    #expect(!Gate.equal([], []))
    #expect(!Gate.equal(Array("x".utf8), []))
}

@Test(arguments: [("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER   abc", "abc"), ("Bearer a b", "a b")])
func token_IsRead_WhenTheSchemeIsBearer(header: String, token: String) {
    #expect(Gate.token(header) == Array(token.utf8))
}

@Test(arguments: ["", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "Beare\u{2}abc d", "abc"])
func token_IsNotRead_WhenTheSchemeIsAnother(header: String) {
    #expect(Gate.token(header) == nil)
}

@Test func bucket_LetsABurstAndThenARateThrough_WhenAskedTooOften() {
    var bucket = TokenBucket()
    func count(at time: MonotonicTime) -> Int {
        var taken = 0
        while taken < 10_000, bucket.take(at: time) { taken += 1 }
        return taken
    }
    let start = MonotonicTime(nanoseconds: 5_000_000_000)
    #expect(count(at: start) == Int(TokenBucket.burst))
    #expect(count(at: start + .seconds(1)) == Int(TokenBucket.perSecond))
    #expect(count(at: start) == 0, "a clock that seems to run backwards gives nothing")
    #expect(count(at: start + .seconds(1)) == 0)
    #expect(count(at: start + .seconds(3600)) == Int(TokenBucket.burst))
}
