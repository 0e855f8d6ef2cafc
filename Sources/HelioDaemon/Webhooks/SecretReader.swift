import HelioLock

/// Reads secret files where a disk that hangs keeps nobody from reading another one: each on a thread of its own, which ends when nobody
/// waits for its file. A thread that hangs is the only one for its file.
final class SecretReader: Sendable {
    typealias Answer = Result<[UInt8], FileError>

    private struct Waiter {
        let continuation: CheckedContinuation<Answer, Never>
        let alarm: Task<Void, Never>
        /// How many readings had begun when it came. None of them counts: they may have seen what was there before a rotation.
        let former: UInt64
    }

    private struct File {
        var readings: UInt64 = 0
        var hasThread = false
        var waiters: [UInt64: Waiter] = [:]
    }

    private struct State {
        /// Those that somebody waits for, and those that have a thread.
        var files: [String: File] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let limit: Duration
    private let readFile: @Sendable (String) -> Answer
    private let state = Locked(State())

    /// - Parameter limit: for each who waits; as long as a receiver has for its answer.
    init(within limit: Duration = .seconds(10), _ readFile: @escaping @Sendable (String) -> Answer = SecretReader.readFromDisk) {
        self.limit = limit
        self.readFile = readFile
    }

    private static func readFromDisk(_ path: String) -> Answer {
        do throws(FileError) { return .success(try SecretFile.readAll(path)) } catch { return .failure(error) }
    }

    /// What the file holds, read after this was called.
    ///
    /// - Throws: what `SecretFile.readAll` throws, and when it does not come within the limit.
    func read(_ path: String) async throws(FileError) -> [UInt8] {
        let answer: Answer = await withCheckedContinuation { continuation in
            guard add(continuation, for: path) else { return }
            if !DetachedThread.startIfPossible({ self.readWhileWanted(path) }) { refuse(path) }
        }
        return try answer.get()
    }

    /// - Returns: whether its file needs a thread.
    private func add(_ continuation: CheckedContinuation<Answer, Never>, for path: String) -> Bool {
        state.withLock { state -> Bool in
            state.lastWaiter += 1
            let number = state.lastWaiter
            var file = state.files[path] ?? File()
            file.waiters[number] = Waiter(continuation: continuation, alarm: alarm(for: number, path), former: file.readings)
            let hadThread = file.hasThread
            file.hasThread = true
            state.files[path] = file
            return !hadThread
        }
    }

    private func alarm(for number: UInt64, _ path: String) -> Task<Void, Never> {
        Task { [self] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }  // cancelled: it has its answer
            let waiter = state.withLock { $0.files[path]?.waiters.removeValue(forKey: number) }
            waiter?.continuation.resume(returning: .failure(FileError(message: "was not read within \(limit)")))
        }
    }

    private func readWhileWanted(_ path: String) {
        while let reading = begin(path) {
            let answer = readFile(path)
            Self.tell(whoCame(before: reading, for: path), answer)
        }
    }

    /// - Returns: the number of the reading that begins; nil when nobody waits for one, and then the thread is to end.
    private func begin(_ path: String) -> UInt64? {
        state.withLock { state -> UInt64? in
            guard var file = state.files[path], !file.waiters.isEmpty else {
                state.files[path] = nil
                return nil
            }
            file.readings += 1
            state.files[path] = file
            return file.readings
        }
    }

    private func whoCame(before reading: UInt64, for path: String) -> [Waiter] {
        state.withLock { state -> [Waiter] in
            let told = state.files[path]?.waiters.filter { $0.value.former < reading } ?? [:]
            for number in told.keys { state.files[path]?.waiters[number] = nil }
            return Array(told.values)
        }
    }

    private func refuse(_ path: String) {
        let file = state.withLock { $0.files.removeValue(forKey: path) }
        Self.tell(Array((file?.waiters ?? [:]).values), .failure(FileError(message: "cannot be read: there is no thread for it")))
    }

    private static func tell(_ waiters: [Waiter], _ answer: Answer) {
        for waiter in waiters {
            waiter.alarm.cancel()
            waiter.continuation.resume(returning: answer)
        }
    }
}
