import Foundation
import TestSupport
import Testing

@testable import HelioDaemon

@Suite struct LogWriterTests {
    @Test func lines_AreDroppedAndCounted_WhenNobodyReads_AndTheRestComesWhole() async throws {
        // As the daemon does: where this test fails its pipe closes under the writer, which must not end every other test.
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe.make()
        let reading = pipe.fileHandleForReading.fileDescriptor
        #expect(fcntl(reading, F_SETFL, O_NONBLOCK) == 0)
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let line = [UInt8](repeating: 0x6C, count: 1023)
        for _ in 0..<4000 { writer.append(line) }  // 4 MB, of which a quarter may wait
        // How often the writer found its queue full before it was read is a matter of scheduling; what must add up is the sum.
        var text = ""
        try await eventually(within: 30, "every line, or that it was dropped") {
            text += read(reading)
            let told = Told(text, of: line.count)
            return told.whole + told.dropped == 4000 && text.hasSuffix("\n")
        }
        let told = Told(text, of: line.count)
        #expect(told.dropped > 0 && told.other.isEmpty)
        writer.append(Array("afterwards".utf8))
        writer.stop()
        #expect(read(reading) == "afterwards\n")
    }

    /// What the writer let through, and what it said of the rest.
    private struct Told {
        var whole = 0
        var dropped = 0
        var other: [Substring] = []

        init(_ text: String, of length: Int) {
            for line in text.split(separator: "\n") {
                if line.utf8.count == length, line.hasPrefix("l") {
                    whole += 1
                } else if line.hasSuffix(" log lines dropped: standard error was not read"), let count = Int(line.prefix { $0.isNumber }) {
                    dropped += count
                } else {
                    other.append(line)
                }
            }
        }
    }

    private func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
