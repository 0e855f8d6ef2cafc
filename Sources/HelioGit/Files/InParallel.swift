import HelioNode

enum InParallel {
    /// Maps in order, at most `atOnce` items at a time; one failure ends all.
    static func map<T: Sendable, R: Sendable>(
        _ items: [T], atOnce: Int, _ body: @escaping @Sendable (T) async throws(Failure) -> R
    ) async throws(Failure) -> [R] {
        let outcome = await withTaskGroup(of: (Int, Result<R, Failure>).self, returning: Result<[R], Failure>.self) { group in
            var done: [(Int, R)] = []
            var rest = items.indices
            func start() {
                guard let index = rest.popFirst() else { return }
                group.addTask { (index, await result(items[index], body)) }
            }
            for _ in 0..<atOnce { start() }
            while let (index, result) = await group.next() {
                switch result {
                case .success(let value): done.append((index, value))
                case .failure(let failure):
                    group.cancelAll()
                    return .failure(failure)
                }
                start()
            }
            return .success(done.sorted { $0.0 < $1.0 }.map(\.1))
        }
        return try outcome.get()
    }

    private static func result<T, R>(_ item: T, _ body: (T) async throws(Failure) -> R) async -> Result<R, Failure> {
        do throws(Failure) { return .success(try await body(item)) } catch { return .failure(error) }
    }
}
