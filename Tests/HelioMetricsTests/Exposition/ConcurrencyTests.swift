import HelioMetrics
import TestSupport
import Testing

/// Threads that record while others read.
struct ConcurrencyTests {
    private static let recordsEach = 20_000

    @Test(arguments: [2, 8]) func rendering_IsConsistentWhileThreadsRecord(threads: Int) async {
        let registry = Registry()
        let timer = registry.timer("farm.vet", at: .at(0))
        let histogram = registry.histogram("x_seconds", "X.")
        let counter = registry.counter("x_total", "X.")
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    for index in 0..<Self.recordsEach {
                        timer.record(nanoseconds: Int64(index) * 1_000_003, at: .at(Double(index + thread)))
                        histogram.observe(seconds: Double(index % 100) / 7)
                        counter.add()
                    }
                }
            }
            group.addTask { Self.readAgainAndAgain(registry, timer) }
        }
        let total = Int64(threads * Self.recordsEach)
        #expect(counter.value == total)
        #expect(histogram.read().count == total)
        #expect(timer.read(at: .at(50_000)).count == total)
    }

    private static func readAgainAndAgain(_ registry: Registry, _ timer: Timer) {
        var last: Int64 = 0
        for round in 0..<40 {
            let document = registry.render(round % 2 == 0 ? .text : .openMetrics, at: .at(10))
            let problems = ExpositionChecker.problems(in: document, as: round % 2 == 0 ? .text : .openMetrics)
            #expect(problems.map(\.description) == [])
            let reading = timer.read(at: .at(10))
            #expect(reading.count == reading.buckets.reduce(0) { $0 + $1.count })
            #expect(reading.sample.size == Int(min(1028, reading.count)))
            #expect(reading.count >= last)
            last = reading.count
        }
    }

    /// Rescaling takes nothing away: a sample that is not full holds every duration, whichever thread rescaled.
    @Test func rescaling_LosesNoSample() async {
        let timer = Timer(reservoirSize: 20_000, alpha: 0.000_001, createdAt: .at(0), seed: 1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for index in 0..<4000 { timer.record(nanoseconds: Int64(index), at: .at(Double(index) * 7)) }
                }
            }
        }
        let reading = timer.read(at: .at(28_000))
        #expect(reading.sample.size == 16_000)
        #expect(reading.count == 16_000)
    }

    @Test func openCounters_MakeOneChildForAPair() async {
        let registry = Registry()
        let counters = registry.counters("x_total", "X.", by: ["route"], limit: 100)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for index in 0..<1000 { counters.child(["/\(index % 50)"])?.add() } }
            }
            group.addTask {
                for _ in 0..<20 {
                    #expect(ExpositionChecker.problems(in: registry.render(.text, at: .at(0)), as: .text).isEmpty)
                }
            }
        }
        #expect((0..<50).allSatisfy { counters.child(["/\($0)"])?.value == 160 })
    }
}
