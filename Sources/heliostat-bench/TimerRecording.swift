import Glibc
import HelioMetrics

/// What one record into a timer takes, the reading of the clock included, as in the peer. One thread: the fastest of several rounds,
/// since whatever disturbs it only adds. Two threads: the median, since a round in which one of them did not run would look fast.
struct TimerRecording {
    private static let records = 1_000_000
    private static let rounds = 9

    let threads: Int

    /// - Returns: nanoseconds a record, as each of the threads sees it.
    func measure() async -> Double {
        let timer = Timer(createdAt: .now, seed: 1)
        await record(into: timer)
        var rounds: [Double] = []
        for _ in 0..<Self.rounds {
            let began = Tick.now
            await record(into: timer)
            rounds.append(Double(Tick.now.nanoseconds - began.nanoseconds) / Double(Self.records))
        }
        rounds.sort()
        return threads == 1 ? rounds[0] : rounds[Self.rounds / 2]
    }

    /// Records and tells nothing: what it asks for memory is counted from outside.
    static func record(_ count: Int) {
        let timer = Timer(createdAt: .now, seed: 1)
        record(count, into: timer)
    }

    private func record(into timer: Timer) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<threads { group.addTask { Self.record(Self.records, into: timer) } }
        }
    }

    private static func record(_ count: Int, into timer: Timer) {
        for index in 0..<count { timer.record(nanoseconds: Int64(index & 0xFFFFF) * 1000, at: .now) }
    }
}

extension Tick {
    static var now: Tick {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Tick(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
