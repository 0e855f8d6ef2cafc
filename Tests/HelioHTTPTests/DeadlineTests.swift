@testable import HelioHTTP
import Testing

@Suite struct DeadlineTests {
    @Test(arguments: [(0, 100, 100), (.max - 10, 100, .max), (5, .max, .max)] as [(Int64, Int64, Int64)])
    func time_IsTheSum_AsFarAsThereIsOne(began: Int64, limit: Int64, time: Int64) {
        let deadline = Deadline(.body, began: began, limit: limit)
        #expect(deadline.time == time)
        #expect(deadline.began == began)
    }

    @Test(arguments: [(10, 100), (3, 98), (0, 95), (.max, 100)] as [(Int64, Int64)])
    func drainGrace_OnlyShortens(grace: Int64, time: Int64) {
        var deadline = Deadline(.idle, began: 0, limit: 100)
        deadline.shorten(to: grace, now: 95)
        #expect(deadline.time == time)
        #expect(deadline.began == 0)
    }
}
