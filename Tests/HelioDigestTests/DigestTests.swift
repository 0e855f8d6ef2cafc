import HelioDigest
import Testing

struct DigestTests {
    /// FIPS 180-2, appendices A and B, and the digest of nothing.
    @Test(
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func digests_AreThoseOfTheStandard(text: String, sha1: String, sha256: String) {
        #expect(hex(SHA1.of(Array(text.utf8))) == sha1)
        #expect(hex(SHA256.of(Array(text.utf8))) == sha256)
    }

    /// FIPS 180-2, appendix B.3.
    @Test func millionBytes_InPieces() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
        #expect(hex(hash.finish()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func pieces_MayBeEmpty() {
        var hash = SHA256()
        for piece in ["", "a", "", "bc", ""] { hash.update(Array(piece.utf8)) }
        #expect(hash.finish() == SHA256.of(Array("abc".utf8)))
        #expect(SHA256().finish() == SHA256.of([]))
    }

    /// One that is given up is freed; leaks would be AddressSanitizer's to find.
    @Test func unfinished_IsForgotten() {
        var hash = SHA256()
        hash.update([1])
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }.joined()
}
