import Glibc
import HelioMetrics

/// What one record into a timer takes, the reading of the clock included, as in the peer: the median of several rounds.
enum TimerRecording {
    private static let records = 1_000_000
    private static let rounds = 9

    /// - Returns: nanoseconds of CPU a record, so that what else the machine does disturbs it little.
    static func alone() async -> Double {
        let timer = Timer(createdAt: .now, seed: 1)
        record(records, into: timer)
        return await median {
            record(records, into: timer)
        } clock: {
            reading(CLOCK_THREAD_CPUTIME_ID)
        }
    }

    /// - Returns: nanoseconds a record as each of two threads sees it. Waiting costs them time and no CPU.
    static func inPairs() async -> Double {
        let timer = Timer(createdAt: .now, seed: 1)
        record(records, into: timer)
        return await median {
            async let other: Void = record(records, into: timer)
            record(records, into: timer)
            await other
        } clock: {
            reading(CLOCK_MONOTONIC)
        }
    }

    /// Records and tells nothing: what it asks for memory is counted from outside.
    static func record(_ count: Int) { record(count, into: Timer(createdAt: .now, seed: 1)) }

    private static func record(_ count: Int, into timer: Timer) {
        for index in 0..<count { timer.record(nanoseconds: Int64(index & 0xFFFFF) * 1000, at: .now) }
    }

    private static func median(_ round: () async -> Void, clock: () -> Int64) async -> Double {
        var taken: [Double] = []
        for _ in 0..<rounds {
            let began = clock()
            await round()
            taken.append(Double(clock() - began) / Double(records))
        }
        return taken.sorted()[rounds / 2]
    }
}

/// Nanoseconds.
/// Nanoseconds of a clock.
func reading(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

extension Tick {
    static var now: Tick { Tick(nanoseconds: reading(CLOCK_MONOTONIC)) }
}
