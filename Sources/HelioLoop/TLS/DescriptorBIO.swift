import COpenSSL
import Glibc

/// What OpenSSL reads from and writes to: our own plain transport, because OpenSSL's writes raise SIGPIPE when the peer has gone.
enum DescriptorBIO {
    /// Made once and kept; not changed after that.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "descriptor") else { return nil }
        BIO_meth_set_read(method) { bio, bytes, count in DescriptorBIO.read(bio, bytes, count) }
        BIO_meth_set_write(method) { bio, bytes, count in DescriptorBIO.write(bio, bytes, count) }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in DescriptorBIO.control(bio, command) }
        return method
    }()

    /// - Parameter socket: has to outlive it.
    /// - Returns: nil when there is no memory. It does not close the socket.
    static func make(_ socket: SessionSocket) -> OpaquePointer? {
        guard let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(socket).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static func read(_ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int32) -> Int32 {
        guard let socket = socket(of: bio) else { return -1 }
        return finish(bio, socket.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))), BIO_FLAGS_READ)
    }

    private static func write(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
        guard let socket = socket(of: bio) else { return -1 }
        return finish(bio, socket.write(UnsafeRawBufferPointer(start: bytes, count: Int(count))), BIO_FLAGS_WRITE)
    }

    private static func socket(of bio: OpaquePointer?) -> SessionSocket? {
        BIO_get_data(bio).map { Unmanaged<SessionSocket>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func finish(_ bio: OpaquePointer?, _ transfer: Transfer, _ direction: Int32) -> Int32 {
        BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
        switch transfer {
        case .moved(let count): return Int32(count)
        case .wouldBlock:
            BIO_set_flags(bio, direction | BIO_FLAGS_SHOULD_RETRY)
            return -1
        case .ended:
            BIO_set_flags(bio, BIO_FLAGS_IN_EOF)
            return 0
        case .failed(let code):
            errno = code
            return -1
        }
    }

    private static func control(_ bio: OpaquePointer?, _ command: Int32) -> Int {
        switch command {
        case BIO_CTRL_FLUSH: 1
        case BIO_CTRL_EOF: BIO_test_flags(bio, BIO_FLAGS_IN_EOF) == 0 ? 0 : 1
        default: 0
        }
    }
}
