import HelioLoop

/// What waits for a peer to take it: bytes, and behind them perhaps a part of a file.
struct Backlog {
    /// Bytes that a slow peer's backlog may have to spare, beside as many as wait in it: so many that small arrays are left as they are.
    private static let spareRoom = 1024

    /// What stands before `written` has been sent, and between turns that is less than the rest. The array is lent for a turn, and kept only
    /// while the peer is slow.
    var bytes: [UInt8] = []
    private var written = 0
    /// To be sent after `bytes`, from where it lies.
    var range: FileRange?
    /// Bytes given to the kernel since the connection began; wraps around.
    private(set) var sent = 0

    /// Whether the kernel has all of it.
    var isEmpty: Bool { count == 0 && range == nil }

    /// Bytes in memory that wait.
    var count: Int { bytes.count - written }

    /// Bytes of memory that are taken up.
    var room: Int { bytes.capacity }

    enum Progress {
        case done, wouldBlock, failed
    }

    /// Sends what stands in memory.
    mutating func sendBytes(to stream: ByteStream) -> Progress {
        let more = range != nil
        while written < bytes.count {
            switch bytes.withUnsafeBytes({ stream.write(UnsafeRawBufferPointer(rebasing: $0[written...]), more: more) }) {
            case .moved(let count):
                written += count
                sent &+= count
            case .failed: return .failed
            case .wouldBlock, .ended:
                dropSent()
                return .wouldBlock
            }
        }
        return .done
    }

    /// Sends the rest of the range, where the stream sends files. What is left of it has a count of zero once all is sent.
    mutating func sendRange(to stream: ByteStream) -> Progress {
        while var rest = range, rest.count > 0, stream.sendsFiles {
            let transfer = stream.send(&rest)
            range = rest
            switch transfer {
            case .moved(let count): sent &+= count
            case .failed: return .failed
            case .wouldBlock, .ended: return .wouldBlock
            }
        }
        return .done
    }

    /// A piece of the range goes through memory, for a stream that cannot send files.
    /// - Throws: where the file cannot be read.
    mutating func loadRange(atMost count: Int) throws {
        guard var rest = range else { return }
        try rest.move(atMost: count, to: &bytes)
        range = rest
    }

    /// One array is lent to whichever connection has its turn.
    mutating func borrow(_ lent: inout [UInt8]) {
        if bytes.capacity == 0 { swap(&bytes, &lent) }
    }

    /// All bytes are sent.
    mutating func giveBack(_ lent: inout [UInt8]) {
        written = 0
        bytes.removeAll(keepingCapacity: true)
        if lent.capacity == 0 { swap(&bytes, &lent) } else { bytes = [] }
    }

    mutating func clear() {
        bytes = []
        written = 0
        range = nil
    }

    /// A reader that is always a little behind never has all of `bytes`, and would have all that it was ever sent kept here. Only once
    /// that is as much as the rest: then no more bytes are moved than were sent. Or where the room is far more than the rest: it was lent,
    /// and made for the longest answer that anybody was given.
    private mutating func dropSent() {
        let rest = count
        guard written >= rest || room > 2 * rest + Self.spareRoom else { return }
        // Bytes of its own: an array made of all of another shares the room of that one.
        var waiting: [UInt8] = []
        waiting.reserveCapacity(rest)
        waiting.append(contentsOf: bytes[written...])
        bytes = waiting
        written = 0
    }
}
