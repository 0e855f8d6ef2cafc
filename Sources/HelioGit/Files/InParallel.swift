import HelioNode

enum InParallel {
    /// Maps in order, at most `atOnce` batches at a time; one failure ends all. A batch stays on one of the disk's threads, which
    /// its steps that block would each have to change to and back from.
    static func map<T: Sendable, R: Sendable>(
        _ items: [T], atOnce: Int, batch: Int, _ body: @escaping @Sendable (T) async throws(Failure) -> R
    ) async throws(Failure) -> [R] {
        var batches = stride(from: 0, to: items.count, by: batch).map { items[$0..<min($0 + batch, items.count)] }[...]
        let outcome = await withTaskGroup(of: (Int, Result<[R], Failure>).self, returning: Result<[R], Failure>.self) { group in
            var done: [(Int, [R])] = []
            func start() {
                guard let items = batches.popFirst() else { return }
                group.addTask(executorPreference: DiskThreads.shared) { (items.startIndex, await all(items, body)) }
            }
            for _ in 0..<atOnce { start() }
            while let (index, result) = await group.next() {
                switch result {
                case .success(let part): done.append((index, part))
                case .failure(let failure):
                    group.cancelAll()
                    return .failure(failure)
                }
                start()
            }
            return .success(done.sorted { $0.0 < $1.0 }.flatMap(\.1))
        }
        return try outcome.get()
    }

    private static func all<T, R>(_ items: ArraySlice<T>, _ body: (T) async throws(Failure) -> R) async -> Result<[R], Failure> {
        var results: [R] = []
        do throws(Failure) {
            for item in items { results.append(try await body(item)) }
            return .success(results)
        } catch {
            return .failure(error)
        }
    }
}
