import Foundation

/// A repository whose newest commit is a FIFO, so that whoever reads it hangs, as on a dead network file system.
final class HangingObject {
    private let object: String
    private let aside: String
    private let fifo: String

    init(_ upstream: UpstreamFixture, _ name: String) throws {
        let tip = try upstream.git(name, "rev-parse", "HEAD")
        object = upstream.repository(name) + "/objects/\(tip.prefix(2))/\(tip.dropFirst(2))"
        aside = upstream.path + "/../aside-\(tip)"
        fifo = upstream.path + "/../fifo-\(tip)"
        try FileManager.default.moveItem(atPath: object, toPath: aside)
        try Shell().run("mkfifo", object)
        try FileManager.default.linkItem(atPath: object, toPath: fifo)
    }

    /// The object is itself again; who hangs reads an empty file.
    func release() throws {
        guard rename(aside, object) == 0 else { throw POSIXError(.EIO) }
        let end = open(fifo, O_RDWR | O_NONBLOCK)
        close(end)
        unlink(fifo)
    }
}

/// A port of our choice on which connections are taken and never a word is said.
final class SilencedPort {
    private let descriptor: Int32

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0, Foundation.listen(descriptor, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit { close(descriptor) }
}
