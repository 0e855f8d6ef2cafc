import TestSupport
import Testing

@testable import HelioDaemon

@Suite(.timeLimit(.minutes(1))) struct SecretReaderTests {
    @Test func fileThatHangs_HoldsOneThread_AndNoOtherFile() async throws {
        let (readings, opened) = (Counter(), Counter())
        let reader = SecretReader(within: .milliseconds(100)) { path in
            guard path == "hung" else { return .success(Array(path.utf8)) }
            readings.add()
            while opened.value == 0 { Pace.block(milliseconds: 1) }
            return .success([])
        }
        for _ in 0..<3 {
            let error = await #expect(throws: FileError.self) { try await reader.read("hung") }
            #expect(error?.message == "was not read within 0.1 seconds")
        }
        try await eventually("it is being read") { readings.value == 1 }
        try await eventually("another one is read") {
            // On a busy machine that may take longer than this reader waits.
            (try? await reader.read("other")) == Array("other".utf8)
        }
        #expect(readings.value == 1)
        opened.add()
        try await eventually("it is read again") {
            // As above.
            (try? await reader.read("hung")) == []
        }
    }

    /// It may have been changed since that began.
    @Test func fileThatIsBeingRead_IsReadAnew_ForWhoComesMeanwhile() async throws {
        let (readings, allowed) = (Counter(), Counter())
        let reader = SecretReader { _ in
            readings.add()
            let number = readings.value
            while allowed.value < number { Pace.block(milliseconds: 1) }
            return .success([UInt8(number)])
        }
        async let first = reader.read("a")
        try await eventually("it is being read") { readings.value == 1 }
        async let second = reader.read("a")
        async let third = reader.read("a")
        try await Pace.take(.milliseconds(20))
        allowed.add()
        let early = try await first
        #expect(early == [1])
        for _ in 0..<2 { allowed.add() }
        let later = [try await second, try await third]
        #expect(!later.contains([1]))
    }

    @Test func fileThatCannotBeRead_SaysWhy() async {
        let error = await #expect(throws: FileError.self) { try await SecretReader().read("/nowhere/secret") }
        #expect(error?.message == "cannot be opened: No such file or directory")
    }
}
