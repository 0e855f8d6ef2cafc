import HelioNode
import Testing

@testable import HelioDaemon

/// What letters said that could not be stored, or could not be told.
struct MissedLettersTests {
    private static let member = MemberID("00000001-0000-4000-8000-000000000001")!

    private func ranges(_ numbers: [Int64]) -> NumberRanges {
        var ranges = NumberRanges()
        for number in numbers { ranges.insert(number) }
        return ranges
    }

    @Test func neighbours_AreOneRange_InWhateverOrderTheyCome() {
        #expect(ranges([5, 7, 6, 1, 9, 5, 2]).ranges == [1...2, 5...7, 9...9])
        #expect(ranges([5, 7, 6, 1, 9, 5, 2]).numbers == [1, 2, 5, 6, 7, 9])
    }

    @Test func gaps_AreBounded_AndTheFirstAndTheLastStay() {
        let many = ranges((0..<1000).map { 2 * $0 + 1 })
        #expect(many.ranges.count == 32)
        #expect(many.numbers.first == 1)
        #expect(many.numbers.last == 1999)
    }

    @Test func longRange_IsToldByItsBeginningAndItsEnd() {
        let numbers = ranges(Array(1...5000)).numbers
        #expect(numbers.count == 1001)
        #expect(Array(numbers.prefix(1000)) == Array(1...1000 as ClosedRange<Int64>))
        #expect(numbers.last == 5000)
    }

    @Test func whatCouldNotBeStored_IsDoneAgain_Once() {
        var missed = MissedLetters()
        missed.keep(RepositoryID(9), 2, "ci", by: Self.member)
        missed.keep(RepositoryID(9), 1, "ci", by: Self.member)
        missed.keep(7, of: .vet)
        missed.keep(6, of: .vet)
        let effects = missed.take()
        let settled = effects.compactMap { effect -> Int64? in
            if case .settleDelivery(RepositoryID(9), let number, "ci", Self.member) = effect { number } else { nil }
        }
        let fences = effects.compactMap { effect -> Int64? in
            if case .remember(.vet, let fence) = effect { fence } else { nil }
        }
        #expect(settled == [1, 2])
        #expect(fences == [7])
        #expect(effects.count == 3)
        #expect(missed.take().isEmpty)
    }
}
