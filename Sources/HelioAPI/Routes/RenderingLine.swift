import HelioHTTP
import HelioLock

/// Those whose answers are made away from the loop, one after the other. Each may have brought a body of 64 KiB and may get megabytes, so
/// only so many wait; who comes then is told to come again.
final class RenderingLine: Sendable {
    /// HTTP requests, the one that is being answered among them.
    static let limit = 32

    private let waiting = Locked(0)
    private let what: String

    /// - Parameter what: is asked for, as in "too many … requests".
    init(_ what: String) { self.what = what }

    func answer(_ responder: consuming Responder, _ make: @escaping @Sendable () async -> Response) {
        guard join() else { return responder.send(Rejection.busy("There are too many \(what) requests.").response) }
        let pending = responder.detach()
        Task.detached {
            let response = await make()
            self.leave()
            pending.send(response)
        }
    }

    /// - Returns: false when there are too many.
    private func join() -> Bool {
        waiting.withLock { waiting in
            guard waiting < Self.limit else { return false }
            waiting += 1
            return true
        }
    }

    private func leave() { waiting.withLock { $0 -= 1 } }
}
