import Foundation
import HelioLoop
import TestSupport
import Testing

@Suite struct TLSContextTests {
    private let directory: TemporaryDirectory
    private let good: CertificateFixture

    init() throws {
        directory = try TemporaryDirectory()
        good = try CertificateFixture(in: directory.path, "good")
    }

    private func failure(_ certificate: String, _ key: String) -> TLSError? {
        do throws(TLSError) {
            _ = try TLSContext(certificateFile: certificate, keyFile: key)
            return nil
        } catch {
            return error
        }
    }

    private func file(_ text: String) throws -> String {
        let path = directory.path + "/file"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func end_IsThatOfTheCertificate() throws {
        let end = try #require(try TLSContext(certificateFile: good.certificate, keyFile: good.key).notAfter)
        let expected = Date().addingTimeInterval(2 * 86400).timeIntervalSince1970
        #expect(abs(Double(end) - expected) < 3600)
        #expect(try TLSContext(authoritiesFile: good.certificate).notAfter == nil)
    }

    @Test func files_AreNamed_WhenTheyCannotBeUsed() throws {
        let text = try file("no certificate at all")
        #expect(failure(text, good.key) == .certificate(file: text, "no start line"))
        #expect(failure(good.certificate, text) == .key(file: text, "unsupported"))
        let missing = directory.path + "/missing"
        #expect(failure(missing, good.key)?.description.contains("No such file") == true)
        #expect(failure(good.certificate, missing)?.description.contains(missing) == true)
    }

    @Test func pair_IsRefused_WhenTheKeyIsAnothers() throws {
        let other = try CertificateFixture(in: directory.path, "other")
        #expect(failure(good.certificate, other.key) == .mismatch(certificateFile: good.certificate, keyFile: other.key))
    }

    /// OpenSSL would ask at the terminal, and a node that is started by nobody would wait there for good.
    @Test func key_IsRefused_WhenItHasAPassword() throws {
        let locked = try CertificateFixture(in: directory.path, "locked", password: "secret")
        #expect(failure(locked.certificate, locked.key) == .key(file: locked.key, "it has a password"))
    }

    @Test func authorities_AreNamed_WhenTheyCannotBeRead() throws {
        let text = try file("nobody")
        #expect(throws: TLSError.self) { try TLSContext(authoritiesFile: text) }
    }
}
