import HelioLock
import HelioNode

/// The page as it was rendered last. It is made on the loop, because that turns when everything else is stuck. Lest a crowd keep the loop
/// busy, whoever asks within a second of another gets the same: a crowd costs one rendering a second.
final class PageCache: Sendable {
    static let lifetime = Duration.seconds(1)

    private struct Copy {
        let bytes: [UInt8]
        let madeAt: MonotonicTime
    }

    private let copy = Locked<Copy?>(nil)

    func bytes(at now: MonotonicTime, _ render: () -> [UInt8]) -> [UInt8] {
        if let copy = copy.withLock({ $0 }), now - copy.madeAt < Self.lifetime { return copy.bytes }
        let bytes = render()
        copy.withLock { $0 = Copy(bytes: bytes, madeAt: now) }
        return bytes
    }
}
