@testable import HelioAPI
import Foundation
import HelioNode
import Testing

@Test func secrets_AreEqual_OnlyWhenEveryByteIs() {
    #expect(AccessTokens.equal(Array("secret".utf8), Array("secret".utf8)))
    for shown in ["", "s", "secreT", "Secret", "secretsecret", "secret\0", "terces"] {
        #expect(!AccessTokens.equal(Array(shown.utf8), Array("secret".utf8)), "\(shown)")
    }
    #expect(!AccessTokens.equal([], []))
    #expect(!AccessTokens.equal(Array("x".utf8), []))
}

@Test(arguments: [("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER   abc", "abc"), ("Bearer a b", "a b")])
func token_IsRead_WhenTheSchemeIsBearer(header: String, token: String) {
    #expect(Credentials.bearer(header) == Array(token.utf8))
}

@Test(arguments: ["", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "Beare\u{2}abc d", "abc"])
func token_IsNotRead_WhenTheSchemeIsAnother(header: String) {
    #expect(Credentials.bearer(header) == nil)
}

@Test(arguments: [
    ("Basic dXNlcjpzZWNyZXQ=", "secret"), ("basic dXNlcjpzZWNyZXQ", "secret"), ("BASIC  OnNlY3JldA==", "secret"), ("Basic Og==", ""),
    ("Basic dTphOmI=", "a:b"),
])
func password_IsRead_WhenTheSchemeIsBasic(header: String, password: String) {
    #expect(Credentials.password(header) == Array(password.utf8))
}

@Test(arguments: ["", "Basic", "Basic ", "Basic dXNlcg==", "Basic !!!!", "Basic dXNlcjp=zZWNyZXQ", "Basic d", "Basic dTph====", "Bearer dTph"])
func password_IsNotRead_WhenThereIsNone(header: String) {
    #expect(Credentials.password(header) == nil)
}

@Test func base64_IsWhatFoundationReads() throws {
    var random = SystemRandomNumberGenerator()
    for count in 0..<200 {
        let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        #expect(Base64.decode(Array(Data(bytes).base64EncodedString().utf8)) == bytes)
    }
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
