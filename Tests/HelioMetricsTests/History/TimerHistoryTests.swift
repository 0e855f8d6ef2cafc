import HelioMetrics
import Testing

@Test func history_KeepsTheLastSamples_OfEveryTimer() throws {
    let registry = Registry()
    let history = TimerHistory(of: registry)
    #expect(history.tracks.isEmpty)
    let timers = [registry.timer("a", at: Tick(nanoseconds: 0)), registry.timer("a", outcome: "error", at: Tick(nanoseconds: 0))]
    history.sample(at: Tick(nanoseconds: 1))
    #expect(history.tracks.map(\.past) == [[nil], [nil]])
    for second in 1...100 as ClosedRange<Int64> {
        let now = Tick(nanoseconds: second * 10_000_000_000)
        timers[0].record(nanoseconds: second, at: now)
        history.sample(at: now)
    }
    let tracks = history.tracks
    #expect(tracks.map(\.name) == ["a", "a"] && tracks.map(\.outcome) == ["success", "error"])
    #expect(tracks[0].count == 100 && tracks[1].count == 0)
    #expect(tracks.map(\.past.count) == [TimerHistory.length, TimerHistory.length])
    let percentiles = try #require(tracks[0].percentiles)
    #expect(tracks[0].past.last == percentiles.p95 && percentiles.p95 > percentiles.median && percentiles.p99 >= percentiles.p95)
    #expect(tracks[1].past.allSatisfy { $0 == nil })
}

@Test func history_TakesATimerThatCameLater() {
    let registry = Registry()
    let history = TimerHistory(of: registry)
    _ = registry.timer("a", at: Tick(nanoseconds: 0))
    history.sample(at: Tick(nanoseconds: 1))
    registry.timer("b", at: Tick(nanoseconds: 2)).record(nanoseconds: 5, at: Tick(nanoseconds: 2))
    history.sample(at: Tick(nanoseconds: 3))
    #expect(history.tracks.map(\.name) == ["a", "b"] && history.tracks.map(\.past) == [[nil, nil], [5]])
}

/// As `/metrics` does: a sample of last week says nothing of now.
@Test func history_HasAGap_WhileNothingIsTimed() {
    let registry = Registry(TimerOptions(idle: .seconds(30)))
    let history = TimerHistory(of: registry)
    let timer = registry.timer("a", at: Tick(nanoseconds: 0))
    timer.record(nanoseconds: 5, at: Tick(nanoseconds: 0))
    for second in [10, 20, 40, 50] as [Int64] { history.sample(at: Tick(nanoseconds: second * 1_000_000_000)) }
    #expect(history.tracks.map(\.past) == [[5, 5, nil, nil]] && history.tracks[0].percentiles == nil && history.tracks[0].count == 1)
}
