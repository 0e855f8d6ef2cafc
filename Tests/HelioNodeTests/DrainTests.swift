@testable import HelioNode
import Testing

/// Draining, and what of it outlives a restart.
struct DrainTests {
    private var node = NodeMachine(settings: NodeSettings(), seed: 1, now: Self.now)
    private static let now = Moment(monotonic: MonotonicTime(nanoseconds: 1), wall: WallTime(millisecondsSince1970: 1))

    /// - Returns: what is to be remembered; nil when nothing is.
    private mutating func feed(_ event: NodeEvent) -> String?? {
        node.handle(event, at: Self.now).compactMap { if case .rememberDrain(let reason) = $0 { .some(reason) } else { nil } }.last
    }

    @Test mutating func drain_IsForgotten_UnlessItIsToBeKept() {
        #expect(feed(.storageOpened(draining: nil)) == nil && node.draining == nil)
        #expect(feed(.drain(reason: "a", isKept: false)) == nil)
        #expect(feed(.drain(reason: "b", isKept: true)) == .some("b"))
        #expect(node.snapshot().drainIsKept)
        #expect(feed(.drain(reason: "c", isKept: false)) == .some(nil), "what was kept is taken back")
        #expect(feed(.undrain) == .some(nil))
        #expect(feed(.drain(reason: "d", isKept: true)) == .some("d"))
        #expect(feed(.undrain) == .some(nil) && node.draining == nil)
    }

    @Test mutating func keptDrain_IsThere_BeforeTheNodeCanBeGood() {
        #expect(feed(.storageOpened(draining: "disk")) == nil)
        #expect(node.state == .bootstrapping && node.draining == "disk" && node.verdict.code == 503)
        #expect(feed(.undrain) == .some(nil))
    }

    /// Nothing can be written yet; it is, as soon as it can.
    @Test mutating func commandAtTheStart_CountsMoreThanWhatWasKept() {
        #expect(feed(.undrain) == nil)
        #expect(feed(.storageOpened(draining: "disk")) == .some(nil) && node.draining == nil)
    }

    /// A store that cannot be opened takes nothing, and a node in ERROR may still be asked.
    @Test mutating func drain_IsNotKept_WhereNothingCanBe() {
        #expect(feed(.startFailed("disk")) == nil && node.state == .error)
        #expect(feed(.drain(reason: "a", isKept: true)) == nil)
        #expect(feed(.undrain) == nil)
    }

    @Test mutating func drainAtTheStart_IsKeptOnceItCanBe() {
        #expect(feed(.drain(reason: "a", isKept: true)) == nil)
        #expect(feed(.storageOpened(draining: nil)) == .some("a") && node.draining == "a")
    }

    @Test mutating func drainedNode_AnswersAsItIsConfigured() {
        var settings = NodeSettings()
        settings.drainCode = 404
        node = NodeMachine(settings: settings, seed: 1, now: Self.now)
        _ = feed(.storageOpened(draining: "disk"))
        #expect(node.verdict.code == 404, "a lenient node by itself would be good")
        #expect(node.snapshot().readiness(at: Self.now.monotonic).code(drain: 404) == 503, "it is not ready for another reason, too")
        #expect(feed(.terminate) == nil && node.verdict.code == 503)
    }
}
