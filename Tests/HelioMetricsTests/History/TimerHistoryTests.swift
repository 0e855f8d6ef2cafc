import HelioMetrics
import Testing

@Test func history_KeepsTheLastSamples_OfEveryTimer() {
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
    #expect(tracks[0].past.last == tracks[0].p95 && tracks[0].p95 > tracks[0].median && tracks[0].p99 >= tracks[0].p95)
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
