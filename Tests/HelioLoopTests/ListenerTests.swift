import Glibc
import HelioLoop
import Synchronization
import TestSupport
import Testing

/// Listens on its loop; answers each connection with one byte, `1` when it came on the reserve descriptor, else `0`.
private actor Greeter {
    let loop: EventLoop
    private var listeners: [Listener] = []

    init(_ loop: EventLoop) { self.loop = loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func listen(_ address: ListenAddress, peerSpeaksFirst: Bool = true) throws(LoopError) -> ListenAddress {
        let listener = try Listener(loop: loop, address: address, peerSpeaksFirst: peerSpeaksFirst) { Self.greet($0) }
        listeners.append(listener)
        return listener.address
    }

    /// Another listener on the socket of the last one.
    func listenAgain(peerSpeaksFirst: Bool) throws(LoopError) {
        guard let shared = try listeners.last?.share() else { return }
        listeners.append(try Listener(loop: loop, inherited: shared, isShared: true, peerSpeaksFirst: peerSpeaksFirst) { Self.greet($0) })
    }

    /// Seconds for which the kernel keeps silent connections to itself, of each listener.
    func deferrals() throws(LoopError) -> [Int32] {
        var all: [Int32] = []
        for listener in listeners {
            let copy = try listener.share()
            var (seconds, length) = (Int32(-1), socklen_t(MemoryLayout<Int32>.size))
            getsockopt(copy, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, &seconds, &length)
            Glibc.close(copy)
            all.append(seconds)
        }
        return all
    }

    private static func greet(_ arrival: Listener.Arrival) {
        // Closing with bytes unread would reset the connection.
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { _ = arrival.stream.read(into: $0) }
        withUnsafeBytes(of: arrival.usesReserve ? UInt8(0x31) : 0x30) { _ = arrival.stream.write($0) }
        arrival.stream.close()
    }

    func close() {
        for listener in listeners { listener.close() }
        listeners = []
    }
}

@Suite struct ListenerTests {
    private func withGreeter(_ body: (Greeter) async throws -> Void) async throws {
        let loop = try EventLoop.start()
        defer { loop.stop() }
        let greeter = Greeter(loop)
        try await body(greeter)
        await greeter.close()
    }

    private func port(_ address: ListenAddress) -> UInt16 {
        guard case .tcp(_, let port) = address else { return 0 }
        return port
    }

    @Test func listen_TellsThePort_WhenTheKernelChose() async throws {
        try await withGreeter { greeter in
            let port = port(try await greeter.listen(.tcp(host: "127.0.0.1", port: 0)))
            let client = try RawSocket(port: port)
            try await client.send("x")
            #expect(try await client.receive() == [0x30])
        }
    }

    /// Whatever the listener before has set: a socket that is handed on keeps it.
    @Test(arguments: [true, false])
    func silentConnection_StaysWithTheKernel_OnlyWhereThePeerSpeaksFirst(peerSpeaksFirst: Bool) async throws {
        try await withGreeter { greeter in
            _ = try await greeter.listen(.tcp(host: "127.0.0.1", port: 0), peerSpeaksFirst: peerSpeaksFirst)
            #expect(try await greeter.deferrals() == [peerSpeaksFirst ? 1 : 0])
            try await greeter.listenAgain(peerSpeaksFirst: !peerSpeaksFirst)
            let now: Int32 = peerSpeaksFirst ? 0 : 1
            #expect(try await greeter.deferrals() == [now, now])
        }
    }

    @Test func listen_TakesIPv6AndIPv4OnOnePort_WhenBothAreAsked() async throws {
        try await withGreeter { greeter in
            let port = port(try await greeter.listen(.tcp(host: "::", port: 0)))
            #expect(try await greeter.listen(.tcp(host: "0.0.0.0", port: port)) == .tcp(host: "0.0.0.0", port: port))
        }
    }

    @Test func listen_Fails_WhenThePortIsTaken() async throws {
        try await withGreeter { greeter in
            let address = try await greeter.listen(.tcp(host: "127.0.0.1", port: 0))
            await #expect(throws: LoopError.inUse(address.description)) { try await greeter.listen(address) }
        }
    }

    @Test func listen_Fails_WhenTheHostIsNoAddress() async throws {
        try await withGreeter { greeter in
            await #expect(throws: LoopError.badHost("example.org")) { try await greeter.listen(.tcp(host: "example.org", port: 0)) }
        }
    }

    @Test func unixSocket_HasMode0600_AndServes() async throws {
        let directory = try TemporaryDirectory()
        try await withGreeter { greeter in
            let path = directory.path + "/s"
            _ = try await greeter.listen(.unix(path: path))
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            #expect(try await RawSocket(path: path).receive() == [0x30])
        }
        #expect(access(directory.path + "/s", F_OK) != 0, "closing removes the file")
    }

    @Test func unixSocket_IsReplaced_OnlyWhenNobodyListensBehindIt() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s"
        try await withGreeter { greeter in
            _ = try await greeter.listen(.unix(path: path))
            await #expect(throws: LoopError.inUse(path)) { try await greeter.listen(.unix(path: path)) }
            let moved = directory.path + "/stale"
            #expect(rename(path, moved) == 0)
            await greeter.close()  // its file has another name now and stays behind, as after a crash
            // A process that another test starts holds the closed socket, too, until its exec.
            try await eventually("nobody listens behind it") {
                do { return try await greeter.listen(.unix(path: moved)) == .unix(path: moved) } catch LoopError.inUse { return false }
            }
            #expect(try await RawSocket(path: moved).receive() == [0x30])
        }
    }

    @Test func unixSocket_LeavesOtherFilesAlone() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        close(creat(path, 0o600))
        try await withGreeter { greeter in
            await #expect(throws: LoopError.notASocket(path)) { try await greeter.listen(.unix(path: path)) }
            let long = String(repeating: "x", count: 108)
            await #expect(throws: LoopError.badSocketPath(long)) { try await greeter.listen(.unix(path: long)) }
        }
        #expect(access(path, F_OK) == 0)
    }

    @Test func unixSocket_OfAnotherProcess_StaysWhenOursCloses() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/s"
        try await withGreeter { greeter in
            _ = try await greeter.listen(.unix(path: path))
            #expect(unlink(path) == 0)
            close(creat(path, 0o600))
            await greeter.close()
        }
        #expect(access(path, F_OK) == 0)
    }

    @Test func listener_AnswersOnTheReserve_WhenDescriptorsRunOut() async throws {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop.start()
            let greeter = Greeter(loop)
            guard case .tcp(_, let port) = try await greeter.listen(.tcp(host: "127.0.0.1", port: 0)) else { exit(2) }
            let client = RawSocket()
            try await Pace.take(.milliseconds(20))  // libdispatch opens its descriptors at the first sleep, or crashes
            exhaustDescriptors()
            try client.connect(port: port)
            try await client.send("x")
            guard try await client.receive() == [0x31] else { exit(3) }
            exit(0)
        }
    }
}

/// Only in a process of its own.
private func exhaustDescriptors() {
    var limit = rlimit(rlim_cur: 64, rlim_max: 64)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    while dup(0) >= 0 {}
}
