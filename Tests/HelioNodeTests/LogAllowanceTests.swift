import HelioNode
import Testing

struct LogAllowanceTests {
    private func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    @Test func burst_IsCut_AndWhatWasLeftOutIsCounted() {
        var allowance = LogAllowance()
        let taken = (0..<5000).compactMap { _ in allowance.take(at: at(1)) }
        #expect(taken == [Int](repeating: 0, count: 20))
        #expect(allowance.take(at: at(10)) == nil)
        #expect(allowance.take(at: at(11)) == 4981)
        #expect(allowance.take(at: at(12)) == nil)
        #expect((0..<30).compactMap { _ in allowance.take(at: at(100_000)) }.count == 20)
    }

    @Test func clockThatGoesBack_CostsNothing() {
        var allowance = LogAllowance()
        _ = allowance.take(at: at(100))
        #expect(allowance.take(at: at(1)) == 0)
    }
}
