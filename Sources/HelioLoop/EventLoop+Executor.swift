extension EventLoop: SerialExecutor, TaskExecutor {
    public func enqueue(_ job: consuming ExecutorJob) { send(.job(UnownedJob(job))) }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Lets callbacks from libevent enter an actor of this loop with `assumeIsolated`.
    public func checkIsolated() { precondition(isCurrent, "not on this loop's thread") }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
