/// Sleeps, and says whether that still matters.
///
/// An actor that sets its next wake anew cancels the one before. When that one's time is up already, it waits for its turn on the actor,
/// and cancelling it changes nothing that `Task.sleep` says: it would go on as if it were the one that counts, and each of them would set
/// another. So cancellation is looked at on the actor, after the sleep.
///
/// - Returns: false when the task was cancelled before the caller went on.
func sleepUndisturbed(for delay: Duration, isolation: isolated any Actor = #isolation) async -> Bool {
    try? await Task.sleep(for: delay)  // what it throws, cancellation, is looked at below
    return !Task.isCancelled
}
