import CLibevent
import Glibc

/// The file that a Unix socket is.
enum UnixSocketFile {
    /// Replaces a socket that nobody listens behind any more (its process died), never one that is served, never another file.
    /// Two processes that start at once could both find it stale; the lock on the data directory keeps them apart.
    static func listen(_ path: String) throws(LoopError) -> Int32 {
        var address = try makeAddress(path)
        if try isStale(path, &address), unlink(path) != 0, errno != ENOENT { throw .system(call: "unlink", code: errno) }
        let descriptor = try ListeningSocket.openStream(family: AF_UNIX)
        do {
            try bind(descriptor, path, &address)
            try ListeningSocket.startListening(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// What identifies a file as long as it exists.
    static func identity(_ path: String) -> (device: UInt, node: UInt)? {
        var status = stat()
        return lstat(path, &status) == 0 ? (UInt(status.st_dev), UInt(status.st_ino)) : nil
    }

    /// The mode is set on the socket before it gets its name: the kernel makes the file with it, so that there is no moment in
    /// which others could connect, and no process-wide umask is changed.
    private static func bind(_ descriptor: Int32, _ path: String, _ address: inout sockaddr_un) throws(LoopError) {
        guard fchmod(descriptor, 0o600) == 0 else { throw .system(call: "fchmod", code: errno) }
        let result = withSockaddr(&address) { Glibc.bind(descriptor, $0, $1) }
        guard result == 0 else {
            throw errno == EADDRINUSE ? .inUse(path) : .system(call: "bind", code: errno)
        }
    }

    private static func isStale(_ path: String, _ address: inout sockaddr_un) throws(LoopError) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
        let probe = try ListeningSocket.openStream(family: AF_UNIX)
        defer { close(probe) }
        let result = withSockaddr(&address) { connect(probe, $0, $1) }
        guard result != 0, errno == ECONNREFUSED else { throw .inUse(path) }
        return true
    }

    static func makeAddress(_ path: String) throws(LoopError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else {
            throw .badSocketPath(path)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    static func withSockaddr(
        _ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
