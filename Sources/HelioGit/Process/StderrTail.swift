import Synchronization

/// The end of what git wrote to stderr. A gigabyte of it costs no more than twice the limit.
struct StderrTail {
    static let limit = 16 * 1024
    private(set) var kept: [UInt8] = []

    var bytes: [UInt8] { Array(kept.suffix(Self.limit)) }

    mutating func append(_ chunk: UnsafeRawBufferPointer) {
        kept.append(contentsOf: chunk.suffix(Self.limit))
        if kept.count > 2 * Self.limit { kept.removeFirst(kept.count - Self.limit) }
    }
}

/// Bytes seen on stderr so far, written by the reader, read by the watch.
final class Activity: Sendable {
    private let seen = Atomic<Int>(0)

    func note(_ count: Int) { seen.wrappingAdd(count, ordering: .relaxed) }
    var bytes: Int { seen.load(ordering: .relaxed) }
}
