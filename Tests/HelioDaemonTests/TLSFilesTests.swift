@testable import HelioDaemon
import HelioLoop
import HelioNode
import Synchronization
import TestSupport
import Testing

@Suite struct TLSFilesTests {
    @Test func ticketKeys_AreRenewed_AfterADay() throws {
        let directory = try TemporaryDirectory()
        let fixture = try CertificateFixture(in: directory.path, "node")
        let context = try TLSContext(certificateFile: fixture.certificate, keyFile: fixture.key)
        let clock = Mutex(MonotonicTime(nanoseconds: 0))
        let files = TLSFiles(context) { clock.withLock { $0 } }
        let current = files.current
        #expect(current() === context)
        clock.withLock { $0 = $0 + TLSFiles.ticketKeyLifetime }
        #expect(current() === context, "a day is not over")
        clock.withLock { $0 = $0 + .seconds(1) }
        let renewed = current()
        #expect(renewed !== context && renewed?.notAfter == context.notAfter)
        #expect(current() === renewed, "once a day")
        files.replace(nil)
        #expect(current() == nil)
    }
}
