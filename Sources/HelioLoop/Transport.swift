import CLibevent
import Glibc

/// What one attempt to move bytes came to.
public enum Transfer: Equatable, Sendable {
    /// At least one byte was moved.
    case moved(Int)
    /// Nothing can be moved before the stream is readable or writable again.
    case wouldBlock
    /// The peer has finished sending. Only from reads.
    case ended
    /// The connection is lost; the `errno`.
    case failed(Int32)
}

/// Moves bytes over a connected, non-blocking socket as they are. `TLSSession` has the same two operations.
public struct PlainTransport {
    let descriptor: Int32

    public init(descriptor: Int32) { self.descriptor = descriptor }

    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            if errno != EINTR { return Self.failure(errno) }
        }
    }

    /// Without SIGPIPE, which would end the process.
    /// - Parameter more: whether more is written at once, so that these bytes may wait for it.
    public func write(_ buffer: UnsafeRawBufferPointer, more: Bool = false) -> Transfer {
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        while true {
            let count = Glibc.send(descriptor, buffer.baseAddress, buffer.count, flags)
            if count >= 0 { return .moved(count) }
            if errno != EINTR { return Self.failure(errno) }
        }
    }

    static func failure(_ code: Int32) -> Transfer {
        code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
    }
}
