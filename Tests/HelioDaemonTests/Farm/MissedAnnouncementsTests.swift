import HelioNode
import Testing

@testable import HelioDaemon

struct MissedAnnouncementsTests {
    private var missed = MissedAnnouncements()

    private mutating func keep(_ repositories: ClosedRange<Int64>, number: Int64) {
        for repository in repositories { _ = missed.keep(number, of: RepositoryID(repository)) }
    }

    /// - Returns: what the rest of the round comes to, by repository.
    private mutating func rest() -> [Int64: Int64] {
        var rest: [Int64: Int64] = [:]
        while let (repository, number) = missed.next() { rest[repository.value] = number }
        return rest
    }

    /// A beat comes every five seconds, however long the store takes.
    @Test mutating func round_BeginsOnceTheLastIsWorkedOff() {
        keep(1...1000, number: 7)
        var begun = [missed.beginRound()]
        for _ in 1...999 {
            _ = missed.next()
            begun.append(missed.beginRound())
        }
        #expect(begun == [true] + Array(repeating: false, count: 999))
        let left = rest()
        let again = missed.beginRound()
        let all = rest()
        #expect(left.count == 1 && again && all.count == 1000)
    }

    @Test mutating func nothingMissed_MakesNoRound() {
        let begun = missed.beginRound()
        #expect(!begun)
        keep(1...1, number: 7)
        missed.forget(RepositoryID(1))
        let begunAfterwards = missed.beginRound()
        #expect(!begunAfterwards)
    }

    @Test mutating func round_ComesToWhatIsMissedByThen_AndTheNextToWhatCameMeanwhile() {
        keep(1...3, number: 7)
        _ = missed.beginRound()
        missed.forget(RepositoryID(1), upTo: 7)
        keep(2...2, number: 9)
        keep(4...4, number: 1)
        let first = rest()
        _ = missed.beginRound()
        let second = rest()
        #expect(first == [2: 9, 3: 7])
        #expect(second == [2: 9, 3: 7, 4: 1])
    }

    @Test mutating func numbers_AreKept_FromTheFirstToTheLast() {
        #expect(missed.first(of: RepositoryID(1)) == nil)
        let isNew = [missed.keep(7, of: RepositoryID(1)), missed.keep(9, of: RepositoryID(1)), missed.keep(8, of: RepositoryID(1))]
        #expect(isNew == [true, false, false])
        let firsts = ([6, 7, 8] as [Int64]).map { number -> Int64? in
            missed.forget(RepositoryID(1), upTo: number)
            return missed.first(of: RepositoryID(1))
        }
        #expect(firsts == [7, 8, 9])
        #expect(missed.holds(RepositoryID(1)))
        missed.forget(RepositoryID(1), upTo: 9)
        #expect(!missed.holds(RepositoryID(1)))
    }
}
