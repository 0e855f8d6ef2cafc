import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioWebhooks

/// What a receiver in memory was sent, and what it answers. The HTTP between is tested with the client.
actor Receiver {
    struct Delivery: Sendable {
        let url: String
        let id: String
        let body: String
        let headers: [String: String]
    }

    private(set) var deliveries: [Delivery] = []
    private var answer: @Sendable (Delivery, _ earlier: Int) async -> Reply = { _, _ in .answered(status: 200, retryAfter: nil) }

    func answer(_ answer: @escaping @Sendable (Delivery, _ earlier: Int) async -> Reply) { self.answer = answer }

    func post(_ request: OutgoingRequest) async -> Reply {
        let headers = Dictionary(request.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let delivery = Delivery(
            url: request.url, id: headers["webhook-id"] ?? "", body: String(decoding: request.body, as: UTF8.self), headers: headers)
        deliveries.append(delivery)
        return await answer(delivery, deliveries.count { $0.id == delivery.id } - 1)
    }

    var ids: [String] { deliveries.map(\.id) }
}

/// A clock that runs a thousand times as fast, so that schedules of minutes take their time in milliseconds.
enum FastClock {
    static let factor = 1000
    private static let start = ContinuousClock.now

    static func now() -> Moment {
        let elapsed = (ContinuousClock.now - start) * factor
        return Moment(
            monotonic: MonotonicTime(nanoseconds: elapsed.wholeNanoseconds),
            wall: WallTime(millisecondsSince1970: 1_767_312_245_678 + elapsed.wholeNanoseconds / 1_000_000))
    }

    /// Returns early when the task is cancelled.
    static func pass(_ duration: Duration) async {
        try? await Pace.take(duration / factor)  // only cancellation throws
    }
}

extension Surroundings {
    static func fast(_ receiver: Receiver, secrets: String? = nil, observe: @escaping @Sendable (Observation) -> Void = { _ in }) -> Surroundings {
        Surroundings(
            now: FastClock.now, wait: FastClock.pass,
            keys: { _ throws(SecretsUnusable) in
                do { return try secrets.map { try SigningKeys($0.utf8) } } catch { throw SecretsUnusable("\(error)") }
            },
            post: { await receiver.post($0) }, observe: observe)
    }
}
