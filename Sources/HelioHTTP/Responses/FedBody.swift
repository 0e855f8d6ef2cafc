import HelioLock

/// A body whose pieces come from elsewhere and in their own time: from a disk, from a process. What makes it begins when the answer
/// goes out, is held back while the peer is slow, and is cancelled when the peer goes.
public final class FedBody: BodyProducer, @unchecked Sendable {  // one connection pulls it, on its loop
    private let make: @Sendable (BodyFeed) async throws -> Void
    private let feed = BodyFeed()
    private var work: Task<Void, Never>?

    /// - Parameter make: sends the pieces. When it returns the body is complete; when it throws, the connection is cut.
    public init(_ make: @escaping @Sendable (BodyFeed) async throws -> Void) { self.make = make }

    deinit {
        work?.cancel()
        feed.close()
    }

    /// - Parameter wake: called from any thread when there is something again after `produce` had nothing.
    func begin(wake: @escaping @Sendable () -> Void) {
        feed.begin(wake: wake)
        work = Task.detached { [make, feed] in
            do {
                try await make(feed)
                feed.end(isWhole: true)
            } catch {
                feed.end(isWhole: false)
            }
        }
    }

    /// What its feed may hold until the next turn.
    public var retainedBytes: Int { ResponseBody.pieceSize }

    /// Appends nothing while there is nothing.
    public func produce(into output: inout [UInt8]) throws -> Bool { try feed.take(into: &output) }
}

/// Where the pieces of a `FedBody` go in. Any thread.
public final class BodyFeed: Sendable {
    /// The peer has gone: nobody reads what would come.
    public struct Closed: Error {}
    /// The maker gave up.
    private struct Broken: Error {}

    private struct State {
        var bytes: [UInt8] = []
        var waiting: [CheckedContinuation<Bool, Never>] = []
        var isClosed = false
        var isWhole = false
        var isBroken = false
        var wake: (@Sendable () -> Void)?
    }

    private let state = Locked(State())

    init() {}

    /// Returns when there is room for more.
    public func send(_ piece: [UInt8]) async throws(Closed) {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            let wasEmpty = state.bytes.isEmpty
            state.bytes += piece
            return wasEmpty ? state.wake : nil
        }
        wake?()
        guard await hasRoom() else { throw Closed() }
    }

    /// - Returns: false when the peer has gone.
    private func hasRoom() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.isClosed { return false }
                if state.bytes.count < ResponseBody.pieceSize { return true }
                state.waiting.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func begin(wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

    func end(isWhole: Bool) {
        let wake = state.withLock { state in
            if isWhole { state.isWhole = true } else { state.isBroken = true }
            return state.wake
        }
        wake?()
    }

    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            state.wake = nil
            state.bytes = []
            return Self.takeWaiting(&state)
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    func take(into output: inout [UInt8]) throws -> Bool {
        let (bytes, waiting, isWhole, isBroken) = state.withLock { state in
            let bytes = state.bytes
            state.bytes = []
            return (bytes, Self.takeWaiting(&state), state.isWhole, state.isBroken)
        }
        for continuation in waiting { continuation.resume(returning: true) }
        output.append(contentsOf: bytes)
        if isBroken, bytes.isEmpty { throw Broken() }
        return !isWhole
    }

    private static func takeWaiting(_ state: inout State) -> [CheckedContinuation<Bool, Never>] {
        defer { state.waiting = [] }
        return state.waiting
    }
}
