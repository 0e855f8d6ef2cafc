import HelioLock
import HelioNode

/// Where calls on a disk have outlived their limit and have not returned. One that hangs is not to be joined by another: a repository whose
/// files nobody can open holds one thread, and not one more with each listing, vet and attempt.
final class HangingPlaces: Sendable {
    /// How many hang, by path.
    private let calls = Locked<[String: Int]>([:])

    /// As `DiskThreads.run`, for a call at one path.
    /// - Throws: `.timeout` at once, and without a thread, while another call hangs there.
    func run<T: Sendable>(
        at path: String, on threads: DiskThreads = .shared, within limit: Duration, _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        try refuse(path)
        return try await run(on: threads, within: limit) { visit throws(Failure) in try visit.call(at: path, body) }
    }

    /// As `DiskThreads.run`, for a call that goes from path to path and says where it is.
    func run<T: Sendable>(
        on threads: DiskThreads = .shared, within limit: Duration, _ body: @escaping @Sendable (DiskVisit) throws(Failure) -> T
    ) async throws(Failure) -> T {
        let visit = DiskVisit(self)
        do throws(Failure) {
            return try await threads.run(within: limit) { () throws(Failure) in try body(visit) }
        } catch {
            if error.reason == .timeout { visit.giveUp(after: limit) }
            throw error
        }
    }

    fileprivate func refuse(_ path: String) throws(Failure) {
        guard calls.withLock({ $0[path] == nil }) else { throw Failure(.timeout, "the disk has not answered yet") }
    }

    fileprivate func add(_ path: String) { calls.withLock { $0[path, default: 0] += 1 } }

    fileprivate func remove(_ path: String) { calls.withLock { $0[path] = $0[path].flatMap { $0 > 1 ? $0 - 1 : nil } } }
}

/// One call on a thread for the disk: where it is, and whether somebody still waits for it.
final class DiskVisit: Sendable {
    private struct State {
        var path: String?
        var since = ContinuousClock.now
        var isGivenUp = false
        var isNoted = false
    }

    private let state = Locked(State())
    private let places: HangingPlaces

    fileprivate init(_ places: HangingPlaces) { self.places = places }

    /// - Throws: `.timeout` where another call hangs, and when nobody waits any more.
    func call<T>(at path: String, _ body: () throws(Failure) -> T) throws(Failure) -> T {
        try places.refuse(path)
        guard enter(path) else { throw Failure(.timeout, "nobody waits for the disk any more") }
        defer { leave(path) }
        return try body()
    }

    private func enter(_ path: String) -> Bool {
        state.withLock { state in
            if !state.isGivenUp { (state.path, state.since) = (path, ContinuousClock.now) }
            return !state.isGivenUp
        }
    }

    private func leave(_ path: String) {
        let wasNoted = state.withLock { state in
            state.path = nil
            return state.isNoted
        }
        if wasNoted { places.remove(path) }
    }

    /// Nobody waits any more. Noted under the lock, so that a call that ends just now is not noted for good; and only where it had most of
    /// the time, since the last of many that were slow together is no worse than the others.
    fileprivate func giveUp(after limit: Duration) {
        state.withLock { state in
            state.isGivenUp = true
            guard let path = state.path, ContinuousClock.now - state.since >= limit / 2 else { return }
            state.isNoted = true
            places.add(path)
        }
    }
}
