import HelioMetrics

/// Takes the samples of the timers that the status page draws, as long as the node lives: off the loop, because a timer's sample is sorted
/// for it.
struct TimerSampling: Sendable {
    /// A history of ten minutes.
    private static let interval = Duration.seconds(10)

    let history: TimerHistory

    func run() async {
        while !Task.isCancelled {
            history.sample(at: .now())
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }  // cancelled: the node stops
        }
    }
}
