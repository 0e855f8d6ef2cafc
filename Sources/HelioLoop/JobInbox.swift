/// What other threads, and tasks on the loop, have asked it to run.
struct JobInbox {
    enum Work: Sendable {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private var waiting: [Work] = []
    /// A wake-up is under way or the loop is running a batch: nobody else needs to wake it.
    private(set) var isAwake = false
    private(set) var isStopping = false

    /// - Returns: whether the caller has to wake the loop.
    mutating func add(_ work: Work) -> Bool {
        waiting.append(work)
        defer { isAwake = true }
        return !isAwake
    }

    /// At most `limit` in order of arrival. What stays keeps the inbox awake: the loop comes back for it after it has polled
    /// its sockets once.
    mutating func take(atMost limit: Int) -> [Work] {
        guard waiting.count > limit else {
            defer { waiting = [] }
            return waiting
        }
        let batch = Array(waiting[..<limit])
        waiting.removeFirst(limit)
        return batch
    }

    /// - Returns: whether more came meanwhile and another batch has to be run.
    mutating func finishBatch() -> Bool {
        isAwake = !waiting.isEmpty
        return isAwake
    }

    mutating func stop() { isStopping = true }
}
