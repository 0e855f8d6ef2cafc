import HelioDigest
import Testing

/// RFC 4231, section 4.
struct HMACTests {
    @Test func shortKey() {
        let code = HMAC.sha256(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(hex(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func keyOfTheDigestsLength() {
        let code = HMAC.sha256(of: Array("Hi There".utf8), key: [UInt8](repeating: 0x0B, count: 20))
        #expect(hex(code) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    }

    @Test func keyLongerThanABlock() {
        let key = [UInt8](repeating: 0xAA, count: 131)
        let code = HMAC.sha256(of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8), key: key)
        #expect(hex(code) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    /// Computed by `openssl dgst -sha256 -mac HMAC` and Python's `hmac`.
    @Test func nothingToSign() {
        #expect(hex(HMAC.sha256(of: [], key: Array("k".utf8))) == "8bb990c40a7d61cb97597a942125025be50ac8beb74436e3735b98893a7f6620")
        #expect(hex(HMAC.sha256(of: [], key: [])) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }
}
