import Foundation
import TestSupport
import Testing

@testable import HelioDaemon

@Suite struct LogWriterTests {
    @Test func lines_AreDroppedAndCounted_WhenNobodyReads_AndTheRestComesWhole() async throws {
        // As the daemon does: where this test fails its pipe closes under the writer, which must not end every other test.
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let reading = pipe.fileHandleForReading.fileDescriptor
        #expect(fcntl(reading, F_SETFL, O_NONBLOCK) == 0)
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let line = [UInt8](repeating: 0x6C, count: 1023)
        for _ in 0..<4000 { writer.append(line) }  // 4 MB, of which a quarter may wait
        var text = ""
        try await eventually(within: 30, "the count of what was dropped") {
            text += read(reading)
            return text.contains("standard error was not read\n")
        }
        let lines = text.split(separator: "\n")
        let dropped = try #require(lines.last.flatMap { Int($0.prefix { $0.isNumber }) })
        #expect(lines.dropLast().allSatisfy { $0.utf8.count == line.count })
        #expect(dropped > 0 && lines.count - 1 + dropped == 4000)
        writer.append(Array("afterwards".utf8))
        writer.stop()
        #expect(read(reading) == "afterwards\n")
    }

    private func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
