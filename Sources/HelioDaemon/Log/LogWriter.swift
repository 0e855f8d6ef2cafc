import Glibc
import HelioLock

/// Writes lines to standard error from a thread of its own, so that a blocked journal or a stopped terminal never blocks the
/// node. Lines that find the queue full are dropped and counted; the count is written when there is room again.
final class LogWriter: Sendable {
    private static let queueBytes = 1 << 20

    private struct Queue {
        var bytes: [UInt8] = []
        var dropped = 0
        /// Kept below the last line of a terminal.
        var footer: [UInt8] = []
        var isStopping = false
    }

    private static let clearLine = Array("\r\u{1B}[2K".utf8)

    private let descriptor: Int32
    private let queue = Locked(Queue())
    private let arrival: Semaphore
    private let stopped: Semaphore

    /// - Parameter descriptor: written to with `write`, never closed.
    init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        arrival = Semaphore()
        stopped = Semaphore()
        DetachedThread.start { [self] in writeLines() }
    }

    /// - Parameter line: without a newline at its end.
    func append(_ line: [UInt8]) {
        let wasEmpty = queue.withLock { queue in
            guard queue.bytes.count + line.count < Self.queueBytes else {
                queue.dropped += 1
                return false
            }
            defer { queue.bytes += line + [UInt8(ascii: "\n")] }
            return queue.bytes.isEmpty
        }
        if wasEmpty { arrival.signal() }
    }

    /// Shows a line below the log of a terminal, in the place of the one before; an empty one takes it away.
    func show(footer: [UInt8]) {
        queue.withLock { $0.footer = footer }
        arrival.signal()
    }

    /// Writes what is queued, for at most two seconds, and ends the thread.
    func stop() {
        queue.withLock { $0.isStopping = true }
        arrival.signal()
        stopped.wait(seconds: 2)
    }

    private func writeLines() {
        var shown: [UInt8] = []
        while true {
            arrival.wait()
            let taken = queue.withLock { queue in
                defer { queue.bytes = []; queue.dropped = 0 }
                return queue
            }
            if !shown.isEmpty { write(Self.clearLine) }
            write(taken.bytes)
            if taken.dropped > 0 { write(Array("\(taken.dropped) log lines dropped: standard error was not read\n".utf8)) }
            shown = taken.isStopping ? [] : taken.footer
            write(shown)
            if taken.isStopping { return stopped.signal() }
        }
    }

    /// Whoever gave us the descriptor may have made it non-blocking; asking again and again would cost a processor.
    private func waitForRoom() {
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&room, 1, -1)
    }

    /// A standard error that is gone takes nothing, and there is nobody to tell.
    private func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                let code = errno
                if count > 0 {
                    done += count
                } else if code == EAGAIN {
                    waitForRoom()
                } else if code != EINTR {
                    return
                }
            }
        }
    }
}
