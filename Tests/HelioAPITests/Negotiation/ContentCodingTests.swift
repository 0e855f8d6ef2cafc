@testable import HelioAPI
import Testing

private func coding(_ header: String) -> ContentCoding { ContentCoding(accepting: Array(header.utf8)) }

@Test(arguments: [
    "gzip", "x-gzip", "GZIP", "*", "gzip;q=0.001", "deflate, gzip;q=1.0, *;q=0.5", "gzip, deflate, br, zstd",
    "identity;q=0.5, gzip",
    "gzip, identity", "gzip;q=0, x-gzip", "*;q=0.1", "identity;q=0, *", "br;q=1, gzip;q=0.2", "gzip;;q=1", ",gzip,", "x, gzip",
])
func coding_IsGzip(header: String) { #expect(coding(header) == .gzip, "\(header)") }

@Test(arguments: [
    "", "identity", "deflate", "br, zstd", "gzip;q=0", "x-gzip;q=0.0", "gzip;q=0.000, *", "*;q=0", "gzip;q=0.5, identity",
    "identity, *;q=0.5",
    "identity;q=0", "gzip;q=2", "gzip;q=NaN", "gzip;q=", "gzip;level", "\"gzip\"", "gzip\"", "gz ip", "gzip;q=0.1234", "xgzip",
    "gzip/1",
])
func coding_IsIdentity(header: String) { #expect(coding(header) == .identity, "\(header)") }
