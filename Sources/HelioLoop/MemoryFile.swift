import CLibevent
import Glibc

/// Bytes outside of the heap that can be sent from where they are (memfd_create(2)): no disk is behind them, so neither writing nor
/// sending waits. They count as shared memory of the process's control group, and go with the last reference.
///
/// Any thread may write and send, each its own part: a part that is being sent must not be written.
public final class MemoryFile: Sendable {
    fileprivate let descriptor: Int32

    private static let closeOnExec: UInt32 = 1  // MFD_CLOEXEC

    public init(name: String) throws(LoopError) {
        descriptor = memfd_create(name, Self.closeOnExec)
        guard descriptor >= 0 else { throw .system(call: "memfd_create", code: errno) }
    }

    deinit { close(descriptor) }

    /// - Throws: when there is no memory for all of it; what is there then is undefined.
    public func write(_ bytes: borrowing [UInt8], at offset: Int) throws(LoopError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + done, $0.count - done, offset + done) }
            guard count > 0 || (count < 0 && errno == EINTR) else { throw .system(call: "pwrite", code: errno) }
            done += max(count, 0)
        }
    }
}

/// Part of a memory file.
public struct FileRange: Sendable {
    public let file: MemoryFile
    public private(set) var offset: Int
    public private(set) var count: Int

    public init(_ file: MemoryFile, offset: Int, count: Int) {
        self.file = file
        self.offset = offset
        self.count = count
    }

    public var end: Int { offset + count }

    /// Makes it longer when the other one begins where this one ends.
    public mutating func extend(by other: FileRange) -> Bool {
        guard file === other.file, end == other.offset else { return false }
        count += other.count
        return true
    }

    /// Appends the first bytes, and begins after them.
    public mutating func move(atMost limit: Int, to output: inout [UInt8]) throws(LoopError) {
        let wanted = min(limit, count)
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: wanted))
        var done = 0
        while done < wanted {
            let moved = output.withUnsafeMutableBytes { pread(file.descriptor, $0.baseAddress! + start + done, wanted - done, offset + done) }
            guard moved > 0 || (moved < 0 && errno == EINTR) else { throw .system(call: "pread", code: errno) }
            done += max(moved, 0)
        }
        drop(wanted)
    }

    mutating func drop(_ sent: Int) {
        offset += sent
        count -= sent
    }
}

extension PlainTransport {
    /// Sends the first bytes without copying them, and begins after them. On a loop, where SIGPIPE is blocked.
    func send(_ range: inout FileRange) -> Transfer {
        var offset = off_t(range.offset)
        while true {
            let sent = sendfile(descriptor, range.file.descriptor, &offset, range.count)
            if sent > 0 {
                range.drop(sent)
                return .moved(sent)
            }
            // Shorter than it was said to be: a bug of ours, and no reason to try for ever.
            if sent == 0 { return .failed(EIO) }
            if errno != EINTR { return Self.failure(errno) }
        }
    }
}
